// What a Grafana page provides before any panel is drawn: registries, services, panel plugins. All of it in memory.
import { catchError, from, map, of } from 'rxjs';
import {
  config,
  setAppEvents,
  setBackendSrv,
  setDataSourceSrv,
  setEchoSrv,
  setLocationSrv,
  setPluginImportUtils,
  setRunRequest,
  setTemplateSrv,
} from '@grafana/runtime';
import {
  EventBusSrv,
  LoadingState,
  dataLinksOverrideProcessor,
  standardEditorsRegistry,
  standardFieldConfigEditorRegistry,
  standardTransformers,
  standardTransformersRegistry,
} from '@grafana/data';

export { config };

window.__errors = [];

const nothing = () => null;
const same = (value) => value;

// Without an entry here an option of a field is dropped silently.
const option = (id, extra = {}) => ({
  id,
  path: id,
  name: id,
  editor: nothing,
  override: nothing,
  process: same,
  shouldApply: () => true,
  settings: {},
  ...extra,
});
const plain = [
  'unit',
  'min',
  'max',
  'fieldMinMax',
  'decimals',
  'displayName',
  'noValue',
  'actions',
  'mappings',
  'filterable',
  'description',
];
standardFieldConfigEditorRegistry.setInit(() => [
  ...plain.map((id) => option(id)),
  option('color', { defaultValue: undefined }),
  option('links', { process: dataLinksOverrideProcessor }),
  option('thresholds', { defaultValue: { mode: 'absolute', steps: [{ value: -Infinity, color: 'green' }] } }),
]);
const editors = 'select text number boolean slider color unit radio multi-select json strings thresholds mappings stats-picker'.split(' ');
const rest = 'dashboard-uid timezone fieldColor links field-name cell-options monaco'.split(' ');
standardEditorsRegistry.setInit(() => [...editors, ...rest].map((id) => ({ id, name: id, editor: nothing })));
const transformers = new Map(Object.values(standardTransformers).map((one) => [one.id, one]));
standardTransformersRegistry.setInit(() =>
  [...transformers.values()].map((one) => ({ id: one.id, transformation: async () => one, name: one.name, editor: nothing })),
);

setRunRequest((source, request) => {
  request.startTime = Date.now();
  const base = { annotations: [], request, timeRange: request.range };
  return from(source.query(request)).pipe(
    map(({ data }) => ({ ...base, state: LoadingState.Done, series: data })),
    catchError((error) => {
      window.__errors.push(String(error?.message || error));
      return of({ ...base, state: LoadingState.Error, series: [], error, errors: [error] });
    }),
  );
});

export const dataSource = { current: null };
setDataSourceSrv({
  get: async () => dataSource.current,
  getInstanceSettings: () => dataSource.current.instanceSettings,
  getList: () => [dataSource.current.instanceSettings],
  reload() {},
  registerRuntimeDataSource() {},
});

const plugins = new Map();
export function setPlugin(id, plugin) {
  const info = { version: '13.2.2', logos: {}, links: [], screenshots: [], author: {}, updated: '', description: '' };
  plugin.meta = { ...plugin.meta, id, name: id, type: 'panel', module: 'local', baseUrl: 'local', info };
  plugins.set(id, plugin);
}
setPluginImportUtils({
  importPanelPlugin: async (id) => {
    if (!plugins.has(id)) window.__errors.push(`no panel of type ${id}`);
    return plugins.get(id);
  },
  getPanelPluginFromCache: (id) => plugins.get(id),
});

setTemplateSrv({ getVariables: () => [], replace: same, containsTemplate: (text) => /\$/.test(text || ''), updateTimeRange() {} });
setLocationSrv({ update() {} });
const empty = async () => ({});
setBackendSrv({ get: empty, post: empty, datasourceRequest: empty, fetch: () => of({ data: {} }) });
setAppEvents(new EventBusSrv());
setEchoSrv({ addEvent() {}, flush() {}, addBackend() {} });
