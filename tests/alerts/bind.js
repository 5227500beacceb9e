// Binds a query against table schemas, with the parser of Azure Monitor's own editor.
// Takes {tables, query} as JSON on standard input, prints the diagnostics as JSON.
require("@kusto/language-service-next/bridge.min.js");
require("@kusto/language-service-next/Kusto.Language.Bridge.min.js");

const { KustoCode, GlobalState, Symbols } = globalThis.Kusto.Language;

const scalar = {
  datetime: Symbols.ScalarTypes.DateTime,
  dynamic: Symbols.ScalarTypes.Dynamic,
  int: Symbols.ScalarTypes.Int,
  real: Symbols.ScalarTypes.Real,
  string: Symbols.ScalarTypes.String,
};

function table([name, columns]) {
  const symbols = Object.entries(columns).map(
    ([column, type]) => new Symbols.ColumnSymbol(column, scalar[type]),
  );
  return new Symbols.TableSymbol.$ctor4(name, symbols);
}

const { tables, queries } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const database = new Symbols.DatabaseSymbol.$ctor1(
  "workspace",
  Object.entries(tables).map(table),
  false,
);
const globals = GlobalState.Default.WithDatabase(database);

const found = Object.entries(queries).map(([name, text]) => {
  const diagnostics = KustoCode.ParseAndAnalyze(text, globals).GetDiagnostics();
  const told = [];
  for (let i = 0; i < diagnostics.Count; i++) {
    const { Code, Message, Severity, Start } = diagnostics.getItem(i);
    const line = text.slice(0, Start).split("\n").length;
    told.push(`line ${line}: ${Severity} ${Code}: ${Message}`);
  }
  return [name, told];
});
console.log(JSON.stringify(Object.fromEntries(found)));
