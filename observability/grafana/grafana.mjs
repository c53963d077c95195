// Turns the short form of source/ into what Grafana reads.

const PROMETHEUS = { type: 'prometheus', uid: 'prometheus' };
const LOKI = { type: 'loki', uid: 'loki' };
const COLUMNS = 24;

/** @param {{ uid: string, title: string, description: string, rows: { title: string, panels: Panel[] }[] }} dashboard */
export function toGrafana({ uid, title, description, rows, variables = [] }) {
  const panels = [];
  let y = 0;
  let id = 1;
  for (const row of rows) {
    panels.push({
      id: id++,
      type: 'row',
      title: row.title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
    });
    y += 1;
    const width = Math.floor(COLUMNS / row.panels.length);
    row.panels.forEach((panel, index) => {
      panels.push({ id: id++, ...panelOf(panel), gridPos: { x: index * width, y, w: width, h: 8 } });
    });
    y += 8;
  }
  return {
    uid,
    title,
    description,
    tags: ['cartograph'],
    schemaVersion: 39,
    editable: false,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: variables.map(({ name, query }) => ({
        name,
        type: 'query',
        datasource: PROMETHEUS,
        query,
        refresh: 2,
        includeAll: true,
        multi: true,
        current: { text: 'All', value: '$__all' },
      })),
    },
    panels,
  };
}

function panelOf({ title, kind = 'timeseries', unit = 'short', queries, logs }) {
  if (logs) {
    return {
      type: 'logs',
      title,
      datasource: LOKI,
      targets: [{ refId: 'A', datasource: LOKI, expr: logs }],
      options: { showTime: true, wrapLogMessage: true, enableLogDetails: true, sortOrder: 'Descending' },
    };
  }
  const isStat = kind === 'stat';
  return {
    type: kind,
    title,
    datasource: PROMETHEUS,
    targets: Object.entries(queries).map(([legend, expr], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: PROMETHEUS,
      expr,
      legendFormat: legend,
      instant: isStat,
      range: !isStat,
    })),
    fieldConfig: {
      defaults: { unit, min: 0, custom: isStat ? {} : { fillOpacity: 8, lineWidth: 1, showPoints: 'never' } },
      overrides: [],
    },
    options: isStat
      ? { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'none', graphMode: 'area' }
      : { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  };
}
