"""SOQL's functions as SQL: date functions, aggregates, and the few that change how a value is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mock_servers.asymbl.schema import NUMBER_TYPES, TEXT_TYPES, Field
from mock_servers.asymbl.soql.binds import Running
from mock_servers.asymbl.soql.names import Statement, Value
from mock_servers.asymbl.soql.tree import Call, Expression, Literal, Path
from mock_servers.asymbl.wire import ApiError, refuse

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"})
SHOWING = frozenset({"TOLABEL", "FORMAT", "CONVERTCURRENCY"})


def _number(part: str) -> str:
    return f"CAST({part} AS INTEGER)"


def _month(x: str) -> str:
    return _number(f"substr({x}, 6, 2)")


def _year(x: str) -> str:
    return _number(f"substr({x}, 1, 4)")


def _day(x: str) -> str:
    return _number(f"substr({x}, 9, 2)")


def _day_of_year(x: str) -> str:
    return _number(f"strftime('%j', substr({x}, 1, 10))")


def _day_of_week(x: str) -> str:
    return _number(f"strftime('%w', substr({x}, 1, 10))")


DATE_FUNCTIONS: dict[str, Callable[[str, str], str]] = {
    "CALENDAR_YEAR": lambda x, start: _year(x),
    "CALENDAR_QUARTER": lambda x, start: f"(({_month(x)} + 2) / 3)",
    "CALENDAR_MONTH": lambda x, start: _month(x),
    "FISCAL_YEAR": lambda x, start: f"({_year(x)} + ({start} > 1 AND {_month(x)} >= {start}))",
    "FISCAL_QUARTER": lambda x, start: f"((({_month(x)} - {start} + 12) % 12) / 3 + 1)",
    "FISCAL_MONTH": lambda x, start: f"(({_month(x)} - {start} + 12) % 12 + 1)",
    "DAY_IN_YEAR": lambda x, start: _day_of_year(x),
    "DAY_IN_MONTH": lambda x, start: _day(x),
    "DAY_IN_WEEK": lambda x, start: f"({_day_of_week(x)} + 1)",
    "WEEK_IN_YEAR": lambda x, start: f"(({_day_of_year(x)} - 1) / 7 + 1)",
    "WEEK_IN_MONTH": lambda x, start: f"(({_day(x)} - 1) / 7 + 1)",
    "DAY_ONLY": lambda x, start: f"substr({x}, 1, 10)",
    "HOUR_IN_DAY": lambda x, start: _number(f"substr({x}, 12, 2)"),
}
"""(stored date or date-time in SQL, first month of the fiscal year) to SQL. Each is null for null."""
_ONLY_DATETIME = frozenset({"DAY_ONLY", "HOUR_IN_DAY"})


def misused(call: Call) -> ApiError:
    return refuse(400, "MALFORMED_QUERY", f"{call.name} cannot be used here: {call}")


def _only_path(call: Call) -> Path:
    if len(call.arguments) != 1 or not isinstance(call.arguments[0], Path):
        raise refuse(400, "MALFORMED_QUERY", f"{call.name} takes one field: {call}")
    return call.arguments[0]


def is_aggregate(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression.key in AGGREGATES


def evaluated(statement: Statement, expression: Expression) -> Value:
    """Any expression that stands for one value of one row. Raises ApiError for aggregates and for what is no function."""
    if isinstance(expression, Path):
        return statement.value(expression)
    if expression.key in DATE_FUNCTIONS:
        return _date_function(statement, expression)
    if expression.key in SHOWING:
        value = statement.value(_only_path(expression))
        if expression.key == "CONVERTCURRENCY" and value.type != "currency":
            raise refuse(400, "MALFORMED_QUERY", f"convertCurrency takes a currency field: {expression}")
        return value
    if expression.key == "CONVERTTIMEZONE":
        message = "nested functional syntax can only be used in the following manner: date_function(convertTimezone(columnName)): "
        raise refuse(400, "MALFORMED_QUERY", f"{message}{expression}")
    raise misused(expression)


def _date_function(statement: Statement, call: Call) -> Value:
    if len(call.arguments) != 1 or isinstance(call.arguments[0], Literal):
        raise refuse(400, "MALFORMED_QUERY", f"{call.name} takes one field: {call}")
    argument = call.arguments[0]
    converted = isinstance(argument, Call)
    if isinstance(argument, Call):
        if argument.key != "CONVERTTIMEZONE":
            message = "nested functional syntax can only be used in the following manner: date_function(convertTimezone(columnName)): "
            raise refuse(400, "MALFORMED_QUERY", f"{message}{call}")
        argument = _only_path(argument)
    value = statement.value(argument)
    allowed = {"datetime"} if converted or call.key in _ONLY_DATETIME else {"date", "datetime"}
    if value.type not in allowed:
        raise refuse(400, "MALFORMED_QUERY", f"field {value.field.name} does not support {call.name}: it is of type {value.type}")
    moment = f"local_time({value.sql}, {statement.binds.add(_zone)})" if converted else value.sql
    start = statement.binds.add(_fiscal_start) if call.key.startswith("FISCAL") else "1"
    type = "date" if call.key == "DAY_ONLY" else "int"
    made = Field(value.field.name, type, value.field.label, groupable=True)
    return Value(DATE_FUNCTIONS[call.key](moment, start), made, value.owner, value.path)


def _zone(running: Running) -> str:
    return str(running.calendar().zone)


def _fiscal_start(running: Running) -> int:
    return int(running.calendar().fiscal_start)


def aggregated(statement: Statement, call: Call) -> Value:
    """COUNT(Id), MAX(CreatedDate), … over the rows of a group. Raises ApiError."""
    if call.key == "COUNT" and not call.arguments:
        raise misused(call)
    value = statement.value(_only_path(call))
    type, name = value.type, value.field.name
    fits = {
        "SUM": type in NUMBER_TYPES,
        "AVG": type in NUMBER_TYPES,
        "MIN": type in NUMBER_TYPES | TEXT_TYPES | {"date", "datetime", "time", "id", "reference"} and value.field.sortable,
        "MAX": type in NUMBER_TYPES | TEXT_TYPES | {"date", "datetime", "time", "id", "reference"} and value.field.sortable,
        "COUNT": type not in {"address", "base64"} and value.field.filterable,
        "COUNT_DISTINCT": type not in {"address", "base64"} and value.field.filterable,
    }[call.key]
    if not fits:
        raise refuse(400, "MALFORMED_QUERY", f"field {name} does not support aggregate operator {call.key}")
    match call.key:
        case "COUNT":
            sql, made = f"count({value.sql})", "int"
        case "COUNT_DISTINCT":
            sql, made = f"count(DISTINCT {folded(value)})", "int"
        case "SUM":
            sql, made = f"sum({value.sql})", type
        case "AVG":
            sql, made = f"avg({value.sql})", "double"
        case _:
            sql, made = _extreme(call.key, value), type
    return Value(sql, replace(value.field, type=made), value.owner, value.path)


def _extreme(which: str, value: Value) -> str:
    """Of texts the first or last without regard to case."""
    if value.type not in TEXT_TYPES:
        return f"{which.lower()}({value.sql})"
    # The text as it compares, and behind the lowest character the text as it is: what stays is the latter.
    found = f"{which.lower()}({folded(value)} || char(1) || {value.sql})"
    return f"substr({found}, instr({found}, char(1)) + 1)"


def one_of_group(value: Value) -> str:
    """The value to show for a group whose texts differ by case only."""
    return _extreme("MIN", value) if value.type in TEXT_TYPES else value.sql


def folded(value: Value) -> str:
    """The SQL by which a value compares: texts without case, unless the field says otherwise."""
    return f"fold({value.sql})" if value.type in TEXT_TYPES and not value.field.case_sensitive else value.sql
