import { render } from "preact";
import { keepAppOnPhone } from "./service_worker.ts";

function App() {
  return <h1>Thu Ngân</h1>;
}

const root = document.getElementById("app");
if (root) {
  render(<App />, root);
}
void keepAppOnPhone(() => undefined);
