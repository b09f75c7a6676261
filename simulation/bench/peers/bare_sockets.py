"""A bare aiohttp WebSocket server: it takes sockets, and sends the same text to all of them when ordered to."""

import json
from typing import Any

from aiohttp import WSMsgType, web

from simulation.bench.peers import driver


async def _serve() -> None:
    sockets: set[web.WebSocketResponse] = set()

    async def take(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=25, compress=False)
        await socket.prepare(request)
        await socket.receive()
        sockets.add(socket)
        await socket.send_str(json.dumps({"type": "welcome"}))
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
        sockets.discard(socket)
        return socket

    application = web.Application()
    application.router.add_get("/v1/stream", take)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=1024)
    await site.start()
    port = runner.addresses[0][1]

    async def command(order: dict[str, Any]) -> dict[str, Any]:
        if "push" in order:
            for socket in list(sockets):
                await socket.send_str(order["push"])
        return {"port": port}

    await driver.obey(command)
    await runner.cleanup()


if __name__ == "__main__":
    driver.run(_serve())
