import { fileURLToPath } from 'node:url';
import { StaticFile } from './static-files.ts';

/** The path of the API docs page; its files are below it. */
export const DOCS_PATH = '/api/docs';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Banyan API</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${DOCS_PATH}/swagger-ui.css" />
  </head>
  <body>
    <main id="swagger"></main>
    <script src="${DOCS_PATH}/swagger-ui-bundle.js"></script>
    <script src="${DOCS_PATH}/start.js"></script>
  </body>
</html>
`;

/** Without the validator, which would send the document to another server. */
const START = `SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#swagger',
  validatorUrl: null,
  deepLinking: true,
  defaultModelsExpandDepth: -1,
  docExpansion: 'list',
});
`;

/** Swagger UI from our own files. `answer` returns undefined for unknown paths. */
export function createApiDocs(): { answer(request: Request, path: string): Promise<Response> | undefined } {
  const files = new Map([
    [`${DOCS_PATH}/swagger-ui.css`, fileAt(import.meta.resolve('swagger-ui-dist/swagger-ui.css'))],
    [`${DOCS_PATH}/swagger-ui-bundle.js`, fileAt(import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'))],
  ]);
  return {
    answer: (request, path) => {
      if (path === DOCS_PATH) return Promise.resolve(text(PAGE, 'text/html;charset=utf-8'));
      if (path === `${DOCS_PATH}/start.js`) return Promise.resolve(text(START, 'text/javascript;charset=utf-8'));
      return files.get(path)?.answer(request);
    },
  };
}

function fileAt(url: string): StaticFile {
  return new StaticFile(fileURLToPath(url));
}

function text(body: string, type: string): Response {
  return new Response(body, { headers: { 'Content-Type': type, 'Cache-Control': 'no-cache' } });
}
