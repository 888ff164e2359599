"""Finding one's way in a syntax tree from the root down, without ever climbing."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from sleeplint.records import dataclass
from sleeplint.regexes import regex

MAX_DEPTH = 400
"""Levels of nesting below which nothing is read: a chain costs its length at every site."""

FUNCTIONS = frozenset({"function_definition", "lambda"})
COMPREHENSIONS = frozenset(
    {"list_comprehension", "dictionary_comprehension", "set_comprehension", "generator_expression"}
)
STATEMENT_HOLDERS = frozenset({"module", "block"})

Chain = tuple[Node, ...]
_ESCAPE = regex(rb"\\(\r\n|[\s\S])")
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"\n": b"", b"\r\n": b"", b"\\": b"\\", b"'": b"'", b'"': b'"'}


def first_of(node: Node) -> Node | None:
    """The first named child, comments aside."""
    return next((child for child in node.named_children if child.type != "comment"), None)


def chain_to(root: Node, node: Node) -> Chain | None:
    """The ancestors of `node` from the root down, without itself; None if it is nested too deep."""
    chain: list[Node] = []
    current: Node | None = root
    while current is not None and current != node:
        chain.append(current)
        if len(chain) > MAX_DEPTH:
            return None
        current = current.child_with_descendant(node)
    return tuple(chain)


def text_of(node: Node, code: bytes) -> str:
    """What the code says there."""
    return code[node.start_byte : node.end_byte].decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a call."""

    positional: tuple[Node, ...]
    keywords: dict[str, Node]
    open: bool
    """There is a `*args` or `**kwargs`."""

    def at(self, position: int | None, keyword: str | None) -> Node | None:
        """The argument that stands at a position or under a keyword."""
        if keyword is not None and keyword in self.keywords:
            return self.keywords[keyword]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def __len__(self) -> int:
        return len(self.positional) + len(self.keywords)


def arguments_of(call: Node, code: bytes) -> Arguments:
    """The arguments of a `call` node; a generator as sole argument counts as one."""
    holder = call.child_by_field_name("arguments")
    positional: list[Node] = []
    keywords: dict[str, Node] = {}
    splat = False
    if holder is not None and holder.type == "argument_list":
        for child in holder.named_children:
            match child.type:
                case "comment":
                    continue
                case "keyword_argument":
                    name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
                    if name is not None and value is not None:
                        keywords[text_of(name, code)] = value
                case "list_splat" | "dictionary_splat":
                    splat = True
                    if child.type == "list_splat":
                        positional.append(child)
                case _:
                    positional.append(child)
    elif holder is not None:
        positional.append(holder)
    return Arguments(tuple(positional), keywords, splat)


def bare(node: Node) -> Node:
    """`node` without the parentheses around it."""
    while node.type == "parenthesized_expression":
        inner = next((child for child in node.named_children if child.type != "comment"), None)
        if inner is None:
            break
        node = inner
    return node


def owner_of(chain: Chain) -> Node | None:
    """The class or function in whose body a definition with this chain stands, or the module."""
    holders = ("class_definition", "function_definition", "lambda", "module")
    return next((node for node in reversed(chain) if node.type in holders), None)


def bases_of(definition: Node) -> list[Node]:
    """The bases of a class that may be known: `Base`, `Base[int]`, `Base if NEW else Old`."""
    holder = definition.child_by_field_name("superclasses")
    found = []
    for base in holder.named_children if holder is not None else ():
        inner = base.child_by_field_name("value") if base.type == "subscript" else base
        if inner is not None and inner.type in ("identifier", "attribute", "conditional_expression"):
            found.append(inner)
    return found


def called_name(call: Node) -> Node | None:
    """The last segment of what a call calls."""
    function = call.child_by_field_name("function")
    if function is None:
        return None
    if function.type == "attribute":
        return function.child_by_field_name("attribute")
    return function if function.type == "identifier" else None


def is_async(function: Node) -> bool:
    """Whether a function definition is a coroutine's."""
    return any(child.type == "async" for child in function.children[:1])


def decorators_of(definition: Node) -> list[Node]:
    """The decorator expressions of a `decorated_definition`, from the top."""
    found = []
    for child in definition.children:
        if child.type == "decorator":
            found += [part for part in child.named_children if part.type != "comment"][:1]
    return found


def statement_of(chain: Chain, node: Node) -> Node:
    """The innermost statement that holds `node`."""
    inner = node
    for ancestor in reversed(chain):
        if ancestor.type in STATEMENT_HOLDERS:
            return inner
        inner = ancestor
    return inner


def string_of(node: Node, code: bytes) -> bytes | None:
    """The value of a string literal as UTF-8, pieces joined; None if it is none.

    An interpolation stands as `{}` with its text inside, as it is written.
    """
    if node.type == "concatenated_string":
        parts = [string_of(child, code) for child in node.named_children if child.type == "string"]
        return b"".join(part for part in parts if part is not None)
    if node.type != "string":
        return None
    raw = any(b"r" in code[start.start_byte : start.end_byte].lower() for start in node.children[:1])
    value = b"".join(
        code[child.start_byte : child.end_byte]
        for child in node.named_children
        if child.type in ("string_content", "interpolation")
    )
    if raw or b"\\" not in value:
        return value
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[0]), value)


def descend(root: Node, *, into_functions: bool = True) -> Iterator[Node]:
    """Every named node below `root` in order, without recursion."""
    stack = list(reversed(root.named_children))
    while stack:
        node = stack.pop()
        yield node
        if into_functions or node.type not in ("function_definition", "lambda", "class_definition"):
            stack.extend(reversed(node.named_children))


def statement_alone(chain: Chain) -> bool:
    """Whether a call with these ancestors is a statement of its own, awaited or not."""
    for outer in reversed(chain):
        if outer.type == "expression_statement":
            return True
        if outer.type != "await":
            return False
    return False
