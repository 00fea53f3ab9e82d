// What is drawn is in the address: ?dash=FILE&from=…&to=… a board, ?flame=A.folded[,B.folded] a flamegraph or the difference of two.
import { config } from './host.js';
import { createRoot } from 'react-dom/client';
import { MemoryRouter } from 'react-router-dom';
import { GlobalStyles, PortalContainer, ThemeContext } from '@grafana/ui';
import { initPluginTranslations } from '@grafana/i18n';
import { board } from './board.jsx';
import { flamegraph } from './flame.jsx';

const wanted = new URLSearchParams(location.search);

async function draw() {
  await initPluginTranslations('grafana');
  await initPluginTranslations('grafana-scenes').catch(() => undefined);
  const content = wanted.get('flame') ? await flamegraph(wanted) : await board(wanted);
  const { background, text } = config.theme2.colors;
  createRoot(document.getElementById('root')).render(
    <MemoryRouter>
      <ThemeContext.Provider value={config.theme2}>
        <GlobalStyles />
        <div style={{ minHeight: '100vh', background: background.canvas, color: text.primary }}>{content}</div>
        <PortalContainer />
      </ThemeContext.Provider>
    </MemoryRouter>,
  );
}

draw().catch((error) => {
  document.body.innerText = `not drawn: ${error?.stack || error}`;
  window.__errors.push(String(error));
});
