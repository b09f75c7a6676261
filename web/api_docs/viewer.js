/** Shows the gateway's API, to be read: requests are sent by programs that hold a device's token. */

const nothing = () => null;

globalThis.SwaggerUIBundle({
  // The interface of partners has a description of its own.
  url: location.pathname.startsWith("/partner/v1/") ? "/partner/v1/openapi.json" : "/openapi.json",
  dom_id: "#operations",
  deepLinking: true,
  displayOperationId: true,
  defaultModelsExpandDepth: 0,
  supportedSubmitMethods: [],
  // Nobody else is asked whether the description is valid.
  validatorUrl: null,
  plugins: [() => ({ wrapComponents: { authorizeBtn: () => nothing, authorizeOperationBtn: () => nothing } })],
});
