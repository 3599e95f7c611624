// Shows the API's description. The page names its address: <div id="api-docs" data-schema="/api/schema/"></div>
(() => {
  "use strict";
  const place = document.getElementById("api-docs");
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    // Deep links are links inside buttons, which a keyboard can not tell apart.
    deepLinking: false,
    defaultModelsExpandDepth: -1,
    validatorUrl: null,
    persistAuthorization: false,
  });
})();
