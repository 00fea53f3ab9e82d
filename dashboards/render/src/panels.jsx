// The kinds of panels that our boards use, from @grafana/ui. Grafana's own panel plugins are AGPL and not on npm; what is theirs here are the
// option defaults below.
import { useMemo } from 'react';
import { FieldType, PanelPlugin, getFieldDisplayName, getFieldDisplayValues, renderMarkdown } from '@grafana/data';
import { BigValue, TimeSeries, VizRepeater, useTheme2 } from '@grafana/ui';
import { TableNG } from '@grafana/ui/unstable';
import { setPlugin } from './host.js';
import { HeatMap } from './heat.jsx';

const LINES = {
  drawStyle: 'line',
  lineInterpolation: 'linear',
  lineWidth: 1,
  fillOpacity: 0,
  gradientMode: 'none',
  spanNulls: false,
  insertNulls: false,
  showPoints: 'auto',
  pointSize: 5,
  stacking: { mode: 'none', group: 'A' },
  axisPlacement: 'auto',
  axisColorMode: 'text',
  axisBorderShow: false,
  scaleDistribution: { type: 'linear' },
  axisCenteredZero: false,
  hideFrom: { tooltip: false, viz: false, legend: false },
  thresholdsStyle: { mode: 'off' },
  lineStyle: { fill: 'solid' },
  barAlignment: 0,
  axisLabel: '',
  axisWidth: undefined,
  axisSoftMin: undefined,
  axisSoftMax: undefined,
  fillBelowTo: undefined,
  transform: undefined,
  barWidthFactor: 0.6,
  barMaxWidth: undefined,
  pointColor: undefined,
  lineColor: undefined,
  showValues: false,
};
const CELLS = {
  align: 'auto',
  cellOptions: { type: 'auto' },
  inspect: false,
  filterable: false,
  width: undefined,
  minWidth: undefined,
  hidden: false,
  hideFrom: { viz: false },
  footer: undefined,
  wrapHeaderText: undefined,
  wrapText: undefined,
};

const custom = (defaults) => (builder) => {
  for (const [id, defaultValue] of Object.entries(defaults)) {
    const ignored = { editor: () => null, override: () => null, process: (value) => value, shouldApply: () => true };
    builder.addCustomEditor({ id, path: id, name: id, defaultValue, ...ignored });
  }
};
const colored = (mode) => ({ color: { defaultValue: { mode } } });

// `noValue` is said instead where a board expects nothing; everything else without data fails the drawing.
function NoData({ fieldConfig }) {
  const expected = fieldConfig?.defaults?.noValue;
  const style = { display: 'flex', height: '100%', alignItems: 'center', justifyContent: 'center', opacity: 0.6 };
  return expected ? (
    <div style={style}>{expected}</div>
  ) : (
    <div data-nodata="1" style={style}>
      No data
    </div>
  );
}
export const hasData = (data) => data.series.some((one) => one.length > 0);

function Lines({ data, timeRange, timeZone, width, height, options, fieldConfig }) {
  const frames = useMemo(() => data.series.filter((one) => one.fields.some((field) => field.type === FieldType.time)), [data]);
  if (!hasData(data)) return <NoData fieldConfig={fieldConfig} />;
  const size = { width, height };
  return <TimeSeries {...size} {...{ frames, timeRange, timeZone, options }} structureRev={data.structureRev} legend={options.legend} />;
}
const lines = new PanelPlugin(Lines).useFieldConfig({ standardOptions: colored('palette-classic'), useCustomConfig: custom(LINES) });
setPlugin('timeseries', lines);

function Stat({ data, width, height, options, fieldConfig, replaceVariables, timeZone, renderCounter }) {
  const theme = useTheme2();
  if (!hasData(data)) return <NoData fieldConfig={fieldConfig} />;
  const values = () =>
    getFieldDisplayValues({
      fieldConfig,
      reduceOptions: options.reduceOptions,
      replaceVariables,
      theme,
      data: data.series,
      sparkline: false,
      timeZone,
    });
  const { colorMode, graphMode, textMode } = options;
  return (
    <VizRepeater
      getValues={values}
      orientation="auto"
      autoGrid
      source={data}
      {...{ width, height, renderCounter }}
      renderValue={({ value, width, height, count }) => (
        <BigValue value={value.display} justifyMode="auto" {...{ width, height, count, theme, colorMode, graphMode, textMode }} />
      )}
    />
  );
}
setPlugin('stat', new PanelPlugin(Stat).useFieldConfig({ standardOptions: colored('thresholds') }));

function Table({ data, width, height, fieldConfig, timeRange }) {
  if (!hasData(data)) return <NoData fieldConfig={fieldConfig} />;
  const off = { showTypeIcons: false, enablePagination: false, noHeader: false, enableSharedCrosshair: false };
  const common = { width, height, fieldConfig, timeRange, structureRev: data.structureRev };
  const [frame] = data.series;
  // A renamed column has another display name, and this component heads columns by name.
  const named = { ...frame, fields: frame.fields.map((field) => ({ ...field, name: getFieldDisplayName(field, frame) })) };
  return <TableNG data={named} {...common} {...off} getActions={() => []} cellHeight="sm" frozenColumns={0} />;
}
setPlugin('table', new PanelPlugin(Table).useFieldConfig({ useCustomConfig: custom(CELLS) }));

function Text({ options }) {
  const html = { __html: renderMarkdown(options.content) };
  return <div className="markdown-html" style={{ overflow: 'auto', height: '100%' }} dangerouslySetInnerHTML={html} />;
}
setPlugin('text', new PanelPlugin(Text));

setPlugin('heatmap', new PanelPlugin((props) => (hasData(props.data) ? <HeatMap {...props} /> : <NoData />)).useFieldConfig());
