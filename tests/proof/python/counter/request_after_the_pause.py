"""What follows has a timeout, but does not wait for the server to be up."""

import socket
import threading
import time


def test_it_greets():
    port = free_port()

    def serve():
        time.sleep(0.2)
        with socket.create_server(("127.0.0.1", port)) as listener:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"hello")

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    time.sleep(1)
    client = socket.create_connection(("127.0.0.1", port), timeout=5)
    with client:
        assert client.recv(5) == b"hello"
    server.join(timeout=10)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
