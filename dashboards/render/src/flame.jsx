// Folded stacks as Grafana's flamegraph component wants them: a nested set in pre-order.
import { config } from './host.js';
import { FieldType, createTheme, toDataFrame } from '@grafana/data';
import { FlameGraph } from '@grafana/flamegraph';

export async function flamegraph(wanted) {
  const files = wanted.get('flame').split(',');
  const texts = await Promise.all(files.map(async (file) => (await fetch(file)).text()));
  const data = nested(...texts);
  window.__log = [{ rows: data.length }];
  const theme = createTheme({ colors: { mode: wanted.get('theme') || 'dark' } });
  return (
    <div style={{ height: '100vh', background: config.theme2.colors.background.primary }}>
      <FlameGraph data={data} getTheme={() => theme} disableCollapsing />
    </div>
  );
}

// In a difference, value and self are left and right together.
function nested(left, right) {
  const node = (name) => ({ name, value: [0, 0], self: [0, 0], below: new Map() });
  const root = node('total');
  for (const [side, text] of [left, right].entries()) {
    for (const line of text ? text.trim().split('\n') : []) {
      const cut = line.lastIndexOf(' ');
      const weight = Number(line.slice(cut + 1));
      let at = root;
      at.value[side] += weight;
      for (const name of line.slice(0, cut).split(';')) {
        if (!at.below.has(name)) at.below.set(name, node(name));
        at = at.below.get(name);
        at.value[side] += weight;
      }
      at.self[side] += weight;
    }
  }
  const rows = [];
  const walk = (at, level) => {
    rows.push({ ...at, level });
    for (const next of [...at.below.values()].sort((a, b) => b.value[0] - a.value[0])) walk(next, level + 1);
  };
  walk(root, 0);
  const number = (name, of, unit) => ({ name, type: FieldType.number, values: rows.map(of), config: unit ? { unit } : {} });
  const both = ([a, b]) => a + b;
  const fields = [
    number('level', (row) => row.level),
    { name: 'label', type: FieldType.string, values: rows.map((row) => row.name), config: {} },
    number('value', (row) => both(row.value), 'short'),
    number('self', (row) => both(row.self), 'short'),
  ];
  if (right) {
    fields.push(
      number('valueRight', (row) => row.value[1], 'short'),
      number('selfRight', (row) => row.self[1], 'short'),
    );
  }
  return toDataFrame({ fields });
}
