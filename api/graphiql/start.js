// Starts GraphiQL with the token of the field above it. The token stays in this browser tab.
const field = document.getElementById("token");
const place = ReactDOM.createRoot(document.getElementById("page"));
const fromAddress = new URLSearchParams(location.hash.slice(1)).get("token");
if (fromAddress) {
  sessionStorage.setItem("plinth-token", fromAddress);
  history.replaceState(null, "", location.pathname);
}
field.value = sessionStorage.getItem("plinth-token") || "";

const example = `# The sites of the estate.
# Ctrl+Enter runs the query, Ctrl+Space completes it.
query Sites {
  sites(first: 20, orderBy: [{ field: CODE }]) {
    totalCount
    nodes { code name kind address { city country } }
  }
}
`;

function authorization() {
  return field.value.trim() ? { Authorization: "Bearer " + field.value.trim() } : {};
}

function subscribes(body, options) {
  const definitions = (options && options.documentAST && options.documentAST.definitions) || [];
  const operations = definitions.filter((one) => one.kind === "OperationDefinition");
  const named = operations.find((one) => one.name && one.name.value === body.operationName);
  return ((named || operations[0]) || {}).operation === "subscription";
}

// A subscription has a connection of its own, by the protocol graphql-transport-ws.
function subscription(body) {
  return {
    subscribe(observer) {
      const address = location.origin.replace(/^http/, "ws") + "/graphql";
      const socket = new WebSocket(address, "graphql-transport-ws");
      let over = false;
      const say = (message) => socket.send(JSON.stringify(message));
      const end = (tell) => {
        if (!over) {
          over = true;
          tell();
          socket.close(1000);
        }
      };
      socket.onopen = () => say({ type: "connection_init", payload: authorization() });
      socket.onmessage = (event) => {
        const message = JSON.parse(event.data);
        if (message.type === "connection_ack") say({ type: "subscribe", id: "1", payload: body });
        if (message.type === "ping") say({ type: "pong" });
        if (message.type === "next") observer.next(message.payload);
        if (message.type === "error") end(() => observer.error(message.payload));
        if (message.type === "complete") end(() => observer.complete());
      };
      socket.onclose = (event) =>
        end(() => observer.error({ message: `the connection was closed: ${event.code} ${event.reason}` }));
      return { unsubscribe: () => end(() => {}) };
    },
  };
}

function fetcher(body, options) {
  if (subscribes(body, options)) return subscription(body);
  const headers = { "Content-Type": "application/json", ...(options && options.headers) };
  Object.assign(headers, authorization());
  return fetch("/graphql", { method: "POST", headers, body: JSON.stringify(body) }).then((answer) => answer.json());
}

let round = 0;
function show() {
  sessionStorage.setItem("plinth-token", field.value.trim());
  round += 1;
  place.render(React.createElement(GraphiQL, { key: round, fetcher, defaultQuery: example }));
}
field.addEventListener("change", show);
show();
