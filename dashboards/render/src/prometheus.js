// A data source on Prometheus' HTTP API, with Grafana's interpolation. Grafana's own one needs its server, and is AGPL.
import { RuntimeDataSource, sceneGraph } from '@grafana/scenes';
import { FieldType, toDataFrame } from '@grafana/data';

// Every query and variable with how much it found: what the assertions look at.
export const log = [];

async function ask(path, parameters) {
  const answer = await (await fetch(`/prom/api/v1/${path}?${new URLSearchParams(parameters)}`)).json();
  if (answer.status !== 'success') throw new Error(`${answer.error} in ${JSON.stringify(parameters)}`);
  return answer.data;
}

const number = (text) => (text === '+Inf' ? Infinity : text === 'NaN' ? null : Number(text));
const seconds = (n) => (Number.isInteger(n) ? `${n}s` : `${Math.round(n * 1000)}ms`);
const escaped = (value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\\\$&');
const chosen = (value) => {
  if (!Array.isArray(value)) return value;
  return value.length > 1 ? `(${value.map(escaped).join('|')})` : value[0];
};
const named = (legend, labels) => (legend || '').replace(/\{\{\s*(.+?)\s*\}\}/g, (_, key) => labels[key] ?? '') || 'Value';

export class Prometheus extends RuntimeDataSource {
  constructor(uid, scrape) {
    super('prometheus', uid);
    this.scrape = scrape;
  }

  async query(request) {
    const from = Math.floor(request.range.from.valueOf() / 1000);
    const to = Math.ceil(request.range.to.valueOf() / 1000);
    const step = Math.max(request.intervalMs / 1000, this.scrape);
    const scene = request.scopedVars?.__sceneObject?.value?.valueOf();
    const answers = request.targets.map((target) => this.answer(target, { request, scene, from, to, step }));
    return { data: (await Promise.all(answers)).flat(), state: 'Done' };
  }

  async answer(target, { request, scene, from, to, step }) {
    const rate = Math.max(step + this.scrape, 4 * this.scrape);
    const windowed = target.expr
      .replaceAll('$__rate_interval', seconds(rate))
      .replaceAll('$__interval', seconds(step))
      .replaceAll('$__range', `${Math.max(1, to - from)}s`);
    const query = sceneGraph.interpolate(scene, windowed, request.scopedVars, chosen);
    const grid = { start: Math.floor(from / step) * step, end: Math.floor(to / step) * step, step };
    const { result } = target.instant ? await ask('query', { query, time: to }) : await ask('query_range', { query, ...grid });
    log.push({ title: titleOf(scene), refId: target.refId, query, series: result.length });
    const frames = result.map((series) => frame(target, series, grid));
    if (!frames.length) return [];
    if (target.format === 'heatmap') return [buckets(target, frames)];
    if (target.format === 'table') return [rows(target, frames, request.targets.length)];
    return frames;
  }

  async metricFindQuery(query, options) {
    const scene = options?.scopedVars?.__sceneObject?.value?.valueOf();
    const text = query.query ?? query;
    const asked = scene ? sceneGraph.interpolate(scene, text, options.scopedVars, chosen) : text;
    const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(asked);
    const values = await ask(`label/${label}/values`, { 'match[]': selector });
    log.push({ variable: label, series: values.length });
    return values.map((text) => ({ text, value: text }));
  }

  testDatasource() {
    return Promise.resolve({ status: 'success', message: 'OK' });
  }
}

function titleOf(scene) {
  return scene?.parent?.state?.title ?? scene?.parent?.parent?.state?.title;
}

// Gaps are nulls, so that they are gaps in the drawing as well.
function frame(target, series, { start, end, step }) {
  const points = new Map((series.values || [series.value]).map(([time, value]) => [time, number(value)]));
  let times = [...points.keys()];
  if (series.values) {
    times = [];
    for (let time = start; time <= end; time += step) times.push(Math.round(time * 1000) / 1000);
  }
  const name = named(target.legendFormat, series.metric);
  return toDataFrame({
    refId: target.refId,
    name,
    fields: [
      { name: 'Time', type: FieldType.time, values: times.map((time) => time * 1000), config: { interval: step * 1000 } },
      {
        name: 'Value',
        type: FieldType.number,
        labels: series.metric,
        values: times.map((time) => points.get(time) ?? null),
        config: { displayNameFromDS: name },
      },
    ],
  });
}

// Cumulative buckets to what is in each.
function buckets(target, frames) {
  const bound = (one) => number(one.fields[1].labels.le);
  frames.sort((a, b) => bound(a) - bound(b));
  const fields = [frames[0].fields[0]];
  let below = [];
  for (const {
    fields: [, value],
  } of frames) {
    const inside = value.values.map((count, i) => (count === null ? null : Math.max(0, count - (below[i] ?? 0))));
    fields.push({ ...value, name: value.labels.le, config: {}, values: inside });
    below = value.values;
  }
  return toDataFrame({ refId: target.refId, meta: { type: 'heatmap-rows' }, fields });
}

function rows(target, frames, targets) {
  const last = (field) => field.values[field.values.length - 1];
  const keys = [...new Set(frames.flatMap((one) => Object.keys(one.fields[1].labels)))].sort();
  return toDataFrame({
    refId: target.refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: frames.map((one) => last(one.fields[0])), config: {} },
      ...keys.map((key) => ({
        name: key,
        type: FieldType.string,
        values: frames.map((one) => one.fields[1].labels[key] ?? ''),
        config: {},
      })),
      {
        name: targets > 1 ? `Value #${target.refId}` : 'Value',
        type: FieldType.number,
        values: frames.map((one) => last(one.fields[1])),
        config: {},
      },
    ],
  });
}
