// A dashboard in the classic model as a scene of @grafana/scenes: variables, time picker, grid, panels, queries and transformations are Grafana's.
import { dataSource } from './host.js';
import './panels.jsx';
import {
  ConstantVariable,
  CustomVariable,
  EmbeddedScene,
  QueryVariable,
  SceneControlsSpacer,
  SceneDataTransformer,
  SceneGridItem,
  SceneGridLayout,
  SceneGridRow,
  SceneQueryRunner,
  SceneTimePicker,
  SceneTimeRange,
  SceneVariableSet,
  VariableValueSelectors,
  VizPanel,
  sceneUtils,
} from '@grafana/scenes';
import { Prometheus, log } from './prometheus.js';

const SOURCE = { type: 'prometheus', uid: 'prom' };

export async function board(wanted) {
  const dash = await (await fetch(wanted.get('dash'))).json();
  const source = new Prometheus(SOURCE.uid, Number(wanted.get('scrape') || 1));
  dataSource.current = source;
  sceneUtils.registerRuntimeDataSource({ dataSource: source });
  const scene = new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: time(wanted.get('from')) || dash.time.from,
      to: time(wanted.get('to')) || dash.time.to,
      timeZone: 'utc',
    }),
    $variables: new SceneVariableSet({ variables: dash.templating.list.map(variable) }),
    controls: [new VariableValueSelectors({}), new SceneControlsSpacer(), new SceneTimePicker({})],
    // Lazy panels below the fold would stay empty.
    body: new SceneGridLayout({ isLazy: false, children: sections(dash.panels) }),
  });
  window.__log = log;
  scene.activate();
  return (
    <>
      <h3 style={{ padding: '12px 16px 0', margin: 0 }}>{dash.title}</h3>
      <div style={{ padding: 16 }}>
        <scene.Component model={scene} />
      </div>
    </>
  );
}

// Milliseconds since 1970, as Grafana's own addresses have them.
const time = (ms) => (ms ? new Date(Number(ms)).toISOString() : undefined);

function variable(v) {
  const common = { name: v.name, label: v.label, hide: v.hide, skipUrlSync: true };
  switch (v.type) {
    case 'query':
      return new QueryVariable({
        ...common,
        value: v.current?.value,
        text: v.current?.text,
        query: v.query.query,
        datasource: SOURCE,
        isMulti: v.multi,
        includeAll: v.includeAll,
        allValue: v.allValue,
        sort: v.sort,
        refresh: v.refresh,
      });
    case 'datasource':
      return new CustomVariable({ ...common, query: SOURCE.uid, value: SOURCE.uid, text: 'Prometheus' });
    case 'constant':
      return new ConstantVariable({ ...common, value: v.query });
    default:
      throw new Error(`no variable of type ${v.type}`);
  }
}

// A row holds the panels that follow it.
function sections(panels) {
  const all = [];
  let row;
  for (const p of panels) {
    if (p.type === 'row') {
      row = new SceneGridRow({ key: `row-${p.id}`, title: p.title, x: 0, y: p.gridPos.y, isCollapsed: false, children: [] });
      all.push(row);
    } else {
      (row ? row.state.children : all).push(item(p));
    }
  }
  return all;
}

function item(p) {
  const { x, y, w, h } = p.gridPos;
  return new SceneGridItem({
    x,
    y,
    width: w,
    height: h,
    body: new VizPanel({
      key: `panel-${p.id}`,
      pluginId: p.type,
      title: p.title,
      description: p.description,
      options: p.options || {},
      fieldConfig: p.fieldConfig || { defaults: {}, overrides: [] },
      $data: data(p),
    }),
  });
}

function data(p) {
  if (!p.targets?.length) return undefined;
  const queries = p.targets.map((target) => ({ ...target, datasource: undefined }));
  const $data = new SceneQueryRunner({ datasource: SOURCE, queries });
  return p.transformations?.length ? new SceneDataTransformer({ $data, transformations: p.transformations }) : $data;
}
