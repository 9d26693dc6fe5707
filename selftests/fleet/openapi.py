# SPDX-License-Identifier: MIT
"""openapi.json against what the verifier does.

usage: openapi.py routes API.C       each route of the table is in it, and no other
       openapi.py answer METHOD PATH STATUS TYPE BODY    as it says (files: BODY)
Reads "openapi.json".
"""
import json
import re
import sys

with open("openapi.json") as f:
    DOC = json.load(f)
VERBS = {"get", "post", "delete", "put", "patch"}


def resolve(node):
    while "$ref" in node:
        target = DOC
        for part in node["$ref"].lstrip("#/").split("/"):
            target = target[part]
        node = target
    return node


def documented():
    for path, item in DOC["paths"].items():
        assert not set(item) - VERBS, path
        for verb, op in item.items():
            args = [resolve(p)["name"] for p in op.get("parameters", [])
                    if resolve(p)["in"] == "query"]
            yield (verb.upper(), op["x-role"].upper(), path, *sorted(args))


def routes(path):
    with open(path) as f:
        text = f.read().split("routes[] = {")[1].split("};")[0]
    # Each handler's name with NAME spelt out, and the words after it.
    table = re.findall(r"ROUTE\((\w+), (\w+),\s*([^;]*?),\s*(?:api|page)_\w+"
                       r'((?:,\s*"\w+")*)\)', text)
    found = []
    for verb, role, where, args in table:
        where = "".join(re.findall(r'"([^"]*)"',
                                   where.replace("NAME", '"{name}"')))
        found.append((verb, role, where, *sorted(re.findall(r"\w+", args))))
    assert len(table) == text.count("ROUTE("), "a route is not understood"
    assert len(set(found)) == len(found)
    both = set(documented())
    for miss in sorted(set(found) ^ both):
        print("only in", "openapi.json" if miss in both else path, miss)
    assert set(found) == both
    ids = [op["operationId"] for item in DOC["paths"].values()
           for op in item.values()]
    assert len(set(ids)) == len(ids)


def answer(verb, path, status, ctype, body):
    import jsonschema
    op = DOC["paths"][path][verb.lower()]
    said = resolve(op["responses"][status])
    (want, media), = said["content"].items()
    assert ctype.split(";")[0].strip() == want, (ctype, want)
    if not want.endswith("json"):
        return
    with open(body) as f:
        value = json.load(f)
    jsonschema.Draft202012Validator.check_schema(media["schema"])
    resolver = jsonschema.RefResolver.from_schema(DOC)
    jsonschema.Draft202012Validator(media["schema"],
                                    resolver=resolver).validate(value)


if __name__ == "__main__":
    if sys.argv[1] == "routes":
        routes(sys.argv[2])
    else:
        answer(*sys.argv[2:])
