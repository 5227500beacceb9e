"""LOCAL, Databricks: the words and cells that generated notebooks are made of."""


def _words(text: str, separator: str | None = None) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(separator))


def _cells(text: str) -> tuple[str, ...]:
    return tuple(cell.strip("\n") for cell in text.split("\n====\n"))


MAILS = _words("""
    anna.lindqvist ben.okafor carla.rossi david.meyer elif.yilmaz farid.haddad
    grace.kim hugo.martin ines.costa jan.novak kavya.iyer liam.byrne mei.chen
    noor.devries omar.farouk petra.vogel quinn.baker rosa.alvarez sven.larsen
    tomas.silva uma.patel vera.ivanova wei.zhang yuki.tanaka zoe.dubois
""")
CLIENTS = _words(
    """Acme | Northwind | Contoso | Fabrikam | Tailspin Toys | Blue Yonder | Globex
    | Initech | Umbrella | Wayne & Sons | Müller GmbH | Café Noir | Adventure Works
    | Litware | Proseware | Wingtip | Alpine Ski House | Lamna Healthcare | Relecloud
    | VanArsdel | Marketing | Logistics | Data Science | Finance | Platform""",
    "|",
)
TOPICS = _words("""
    bronze silver gold ingestion marts quality features models reporting archive
    orders customers inventory pricing stores returns suppliers loyalty web finance
    forecasting exploration migration adhoc shared tests utils jobs streaming dlt
""")
VERBS = _words("""
    load clean merge build score refresh check export backfill profile join train
    validate enrich snapshot publish reconcile explore compare archive
""")
NOUNS = _words("""
    orders customers products stores prices returns shipments invoices clicks
    sessions baskets vouchers suppliers stock forecasts segments campaigns payments
    margins calendars contracts tickets ratings routes
""")
COLUMNS = _words("""
    order_id customer_id store_id sku quantity net_amount currency ordered_at
    delivered_at country channel discount tax_rate category valid_from valid_to
""")

AWKWARD = (
    "New Notebook 2026-05-04 13:54:24",
    "New Notebook 2026-07-18 09:03:11",
    "Untitled Notebook 2026-02-11 17:40:02",
    "Copy of load orders (1)",
    "orders | returns",
    'the "real" margin',
    "100% coverage?",
    "C:\\temp\\scratch",
    "Umsätze März",
    "Re\u0301sume\u0301 des ventes",
    "在庫の確認",
    "📈 forecast",
    " leading space",
    "trailing space ",
    "trailing dot.",
    "CON",
    "aux.py",
    ".hidden",
    "a*b",
    "<draft>",
    "tab\there",
    "~backup",
    "50%25 off",
)

_PYTHON = _cells("""
df = spark.read.table("{s}.{t}")
df = df.where("{c} is not null")
display(df.limit({n}))
====
from pyspark.sql import functions as F

{t} = (
    spark.table("{s}.{t}")
    .groupBy("{c}")
    .agg(F.sum("{d}").alias("total_{d}"), F.count("*").alias("rows"))
    .orderBy(F.desc("total_{d}"))
)
====
dbutils.widgets.text("{c}", "{n}")
{c} = dbutils.widgets.get("{c}")
====
(
    {t}.write.mode("overwrite")
    .option("overwriteSchema", "true")
    .saveAsTable("{s}.{t}_{u}")
)
====
def {u}_{t}(frame, threshold={n}):
    \"\"\"Keep the rows of `frame` whose {c} is above the threshold.\"\"\"
    kept = frame.where(F.col("{c}") > threshold)
    dropped = frame.count() - kept.count()
    print(f"{{dropped}} rows without a usable {c}")
    return kept
====
checks = {{
    "{c}_not_null": {t}.where("{c} is null").count() == 0,
    "{d}_positive": {t}.where("{d} < 0").count() == 0,
    "enough_rows": {t}.count() > {n},
}}
failed = [name for name, passed in checks.items() if not passed]
assert not failed, failed
====
# MAGIC %sql
# MAGIC select {c}, count(*) as rows
# MAGIC from {s}.{t}
# MAGIC group by {c}
# MAGIC order by rows desc
====
# MAGIC %md
# MAGIC ## {u} {t}
# MAGIC Rows of `{s}.{t}` by `{c}`; see also `{s}.{t}_{u}`.
====
# MAGIC %run ../utils/{u}_{t}
""")

_SQL = _cells("""
select {c}, sum({d}) as total_{d}
from {s}.{t}
where {c} is not null
group by {c}
having count(*) > {n}
====
create or replace view {s}.{t}_{u} as
select *,
  row_number() over (partition by {c} order by {d} desc) as position
from {s}.{t}
====
merge into {s}.{t} as target
using {s}.{t}_{u} as source
on target.{c} = source.{c}
when matched then update set *
when not matched then insert *
====
-- MAGIC %md
-- MAGIC ### {t} by {c}
====
optimize {s}.{t} zorder by ({c}, {d})
====
-- MAGIC %python
-- MAGIC display(spark.table("{s}.{t}").limit({n}))
""")

_SCALA = _cells("""
val {t} = spark.table("{s}.{t}")
  .filter($"{c}".isNotNull)
  .groupBy($"{c}")
  .count()
====
case class Row{n}({c}: String, {d}: Double)

val typed = spark.table("{s}.{t}").as[Row{n}]
typed.map(_.{d}).reduce(_ + _)
====
// MAGIC %md
// MAGIC ## {u} {t}
====
{t}.write.mode("append").saveAsTable("{s}.{t}_{u}")
""")

_R = _cells("""
library(SparkR)
{t} <- tableToDF("{s}.{t}")
head({t}, {n})
====
model <- lm({d} ~ {c}, data = collect({t}))
summary(model)
====
library(ggplot2)
ggplot({t}, aes(x = {c}, y = {d})) +
  geom_point() +
  labs(title = "{t} by {c}")
====
# MAGIC %md
# MAGIC # {u} {t}
""")

CELLS = {"PYTHON": _PYTHON, "SQL": _SQL, "SCALA": _SCALA, "R": _R}

QUERY = "select {c}, {d} from {s}.{t}"

FILES = (
    ("settings.yml", "schema: {s}\ntable: {t}\nkey: {c}\nthreshold: {n}\n"),
    ("README.md", "# {t}\n\n{u} the {t} of `{s}`, by `{c}`.\n"),
    ("{t}.csv", "{c},{d}\n1,{n}\n2,\n3,4.5\n"),
    ("{u}_{t}.py", "def {u}(frame):\n    return frame.where('{c} is not null')\n"),
    ("requirements.txt", "pandas=={n}.1\npyarrow\n"),
    ("schema_{t}.json", '{{"table": "{t}", "key": ["{c}"], "version": {n}}}\n'),
)
