# SPDX-License-Identifier: Apache-2.0
# pymodbus's own server as slaves of a Modbus line: `modbus_slaves.py tcp 1,2,3` prints "port N", `... rtu DEVICE 1,2,3` "ready".
# Holding register n of slave s holds 100 * s + n, input registers 1000 more; coils are off, every third discrete input is on.
# There are 200 of each, counted from 0.
import asyncio
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext

try:  # of Debian 12
    from pymodbus.server.async_io import ModbusSerialServer, ModbusTcpServer
    from pymodbus.transaction import ModbusRtuFramer

    RTU = {"framer": ModbusRtuFramer}
except ModuleNotFoundError:  # of Debian 13
    from pymodbus.server import ModbusSerialServer, ModbusTcpServer

    RTU = {}


def block(values):
    return ModbusSequentialDataBlock(1, values)  # pymodbus counts from 1


def slave(number):
    count = 200
    return ModbusSlaveContext(
        di=block([1 if n % 3 == 0 else 0 for n in range(count)]),
        co=block([0] * count),
        hr=block([100 * number + n for n in range(count)]),
        ir=block([1000 + 100 * number + n for n in range(count)]),
    )


async def begin(server):
    """Returns when it listens, with its listening socket's keeper and what to wait for."""
    if not RTU:
        await server.serve_forever(background=True)
        return server.transport, server.serving
    if isinstance(server, ModbusSerialServer):
        await server.start()
        return None, server.serve_forever()
    task = asyncio.ensure_future(server.serve_forever())
    while server.server is None or not server.server.sockets:
        await asyncio.sleep(0.01)
    return server.server, task


async def main():
    numbers = [int(n) for n in sys.argv[-1].split(",")]
    context = ModbusServerContext(slaves={n: slave(n) for n in numbers}, single=False)
    if sys.argv[1] == "rtu":
        server = ModbusSerialServer(context, port=sys.argv[2], baudrate=19200, ignore_missing_slaves=True, **RTU)
        _, end = await begin(server)
        print("ready", flush=True)
    else:
        server = ModbusTcpServer(context, address=("127.0.0.1", 0), ignore_missing_slaves=True)
        listener, end = await begin(server)
        print("port", listener.sockets[0].getsockname()[1], flush=True)
    await end


asyncio.run(main())
