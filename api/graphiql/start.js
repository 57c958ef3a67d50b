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

function fetcher(body, options) {
  const headers = { "Content-Type": "application/json", ...(options && options.headers) };
  if (field.value.trim()) headers.Authorization = "Bearer " + field.value.trim();
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
