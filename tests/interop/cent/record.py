"""Calls every method with the real `cent` package, and prints what went over the line and what it read of it, as JSON.

Run by tests/interop/cent/record.ts.
"""

import json
import sys

import cent
from pydantic import TypeAdapter
from requests import Session

url, key = sys.argv[1:3]
exchanges = []


class Recorder(Session):
    def send(self, request, **rest):
        response = super().send(request, **rest)
        exchanges.append(
            {
                "method": request.path_url.rsplit("/", 1)[-1],
                "headers": {name: request.headers[name] for name in ("Content-Type", "X-API-Key")},
                "body": json.loads(request.body),
                "status": response.status_code,
                "answer": json.loads(response.text or "null"),
            }
        )
        return response


def shape(schema):
    """Of a JSON schema what a value can be judged by."""
    if isinstance(schema, list):
        return [shape(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        name: {each: shape(one) for each, one in value.items()} if name in ("properties", "$defs") else shape(value)
        for name, value in schema.items()
        if name not in ("title", "description", "default")
    }


def read(request):
    """What the package makes of the answer; an error is named by its class."""
    try:
        result = client._send(request)
        return json.loads(result.model_dump_json())
    except cent.CentError as error:
        return {"raised": type(error).__name__, **{k: v for k, v in vars(error).items() if not k.startswith("_")}}


client = cent.Client(url, key, session=Recorder())
position = cent.StreamPosition(offset=0, epoch="")
value = cent.BoolValue(value=True)
override = cent.ChannelOptionsOverride(presence=value, join_leave=value, force_recovery=value)
publish = cent.PublishRequest(channel="log:cent", data={"n": 1}, tags={"kind": "a"}, idempotency_key="k", skip_history=False)
requests = [
    publish,
    publish,
    cent.PublishRequest(channel="log:cent", data={}, b64data="eyJuIjoyfQ=="),
    cent.PublishRequest(channel="nowhere:x", data=1),
    cent.BroadcastRequest(channels=["log:cent", "nowhere:x"], data={}),
    cent.HistoryRequest(channel="log:cent"),
    cent.HistoryRequest(channel="log:cent", limit=10, since=position, reverse=False),
    cent.HistoryRequest(channel="log:cent", limit=1, reverse=True),
    cent.HistoryRemoveRequest(channel="log:cent"),
    cent.PresenceRequest(channel="demo:cent"),
    cent.PresenceStatsRequest(channel="demo:cent"),
    cent.SubscribeRequest(user="ann", channel="demo:more", info={"seat": 1}, data={"why": 1}, override=override),
    cent.UnsubscribeRequest(user="ann", channel="demo:more", client="", session=""),
    cent.RefreshRequest(user="ann", expire_at=4102444800, expired=False),
    cent.DisconnectRequest(user="nobody", whitelist=["x"], disconnect=cent.Disconnect(code=4501, reason="gone")),
    cent.ChannelsRequest(pattern="demo:*"),
    cent.ChannelsRequest(),
    cent.InfoRequest(),
    cent.BatchRequest(requests=[publish, cent.InfoRequest(), cent.HistoryRequest(channel="log:cent", limit=1)]),
    cent.BatchRequest(requests=[publish, cent.PresenceStatsRequest(channel="demo:cent")], parallel=True),
    cent.DeviceListRequest(),
]
read_as = [read(request) for request in requests]
models = {
    type(request).__api_method__: shape(TypeAdapter(cent.Response[type(request).__returning__]).json_schema())
    for request in requests
    if not isinstance(request, (cent.BatchRequest, cent.DeviceListRequest))
}
client = cent.Client(url, "not the key", session=Recorder())
read_as.append(read(cent.InfoRequest()))
for exchange, parsed in zip(exchanges, read_as):
    exchange["headers"] = {name: value.replace(key, "<key>") for name, value in exchange["headers"].items()}
    exchange["read"] = parsed
print(json.dumps({"package": f"cent {sys.argv[3]}", "models": models, "exchanges": exchanges}, indent=1))
