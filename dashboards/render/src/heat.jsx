// A heat map of our own: Grafana's is not in its libraries. It reads the same frames and the same options (unit, exponent).
import { useEffect, useRef } from 'react';
import { formattedValueToString, getValueFormat } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';

const LEFT = 60;
const TOP = 6;
const BOTTOM = 20;
const RIGHT = 8;

export function HeatMap({ data, width, height, options, timeRange }) {
  const canvas = useRef();
  const theme = useTheme2();
  useEffect(() => {
    const context = canvas.current.getContext('2d');
    canvas.current.width = width;
    canvas.current.height = height;
    paint(context, cells(data.series[0]), { width, height, options, timeRange, theme });
  }, [data, width, height, options, timeRange, theme]);
  return <canvas ref={canvas} style={{ width, height }} />;
}

// Every bucket at every time that holds something: from, to, low, high, how much.
function cells(frame) {
  const [time, ...bounds] = frame.fields;
  const step = time.values.length > 1 ? time.values[1] - time.values[0] : 1000;
  const all = [];
  let low = 0;
  for (const bound of bounds) {
    const high = bound.name === '+Inf' ? low * 2 : Number(bound.name);
    bound.values.forEach((count, i) => {
      if (count > 0) all.push({ from: time.values[i] - step, to: time.values[i], low, high, count });
    });
    low = high;
  }
  return all;
}

function paint(context, all, { width, height, options, timeRange, theme }) {
  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const bottom = Math.min(...all.map((cell) => cell.low || cell.high / 2));
  const top = Math.max(...all.map((cell) => cell.high));
  const most = Math.max(...all.map((cell) => cell.count));
  const area = { width: width - LEFT - RIGHT, height: height - TOP - BOTTOM };
  const x = (time) => LEFT + (Math.max(0, time - from) / (to - from)) * area.width;
  const y = (value) => TOP + (1 - Math.log(Math.max(value, bottom) / bottom) / Math.log(top / bottom)) * area.height;
  for (const cell of all) {
    const strength = (cell.count / most) ** options.color.exponent;
    const lightness = theme.isDark ? 15 + 50 * strength : 92 - 50 * strength;
    context.fillStyle = `hsl(${30 - 20 * strength} 90% ${lightness}%)`;
    context.fillRect(x(cell.from), y(cell.high), x(cell.to) - x(cell.from), y(cell.low) - y(cell.high));
  }
  axes(context, { bottom, top, from, to, x, y, height, options, theme });
}

function axes(context, { bottom, top, from, to, x, y, height, options, theme }) {
  context.fillStyle = theme.colors.text.secondary;
  context.font = '11px Inter, sans-serif';
  context.textAlign = 'right';
  const format = getValueFormat(options.yAxis.unit);
  for (let power = Math.ceil(Math.log10(bottom)); power <= Math.log10(top); power++) {
    context.fillText(formattedValueToString(format(10 ** power)), LEFT - 6, y(10 ** power) + 4);
  }
  context.textAlign = 'center';
  for (const part of [0.1, 0.5, 0.9]) {
    const time = from + (to - from) * part;
    context.fillText(new Date(time).toISOString().slice(11, 19), x(time), height - 5);
  }
}
