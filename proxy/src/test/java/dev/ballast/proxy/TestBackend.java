package dev.ballast.proxy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A small real backend: a socket, and a script for what it does with each connection. */
final class TestBackend implements AutoCloseable {
  /** What to do with a connection; it is closed afterwards. */
  interface Script {
    void serve(Conversation conversation) throws IOException;
  }

  private final ServerSocket server;
  private final Script script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final List<String> heads = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final Thread acceptor = Thread.ofVirtual().unstarted(this::accept);

  private TestBackend(ServerSocket server, Script script) {
    this.server = server;
    this.script = script;
  }

  static TestBackend running(Script script) {
    try {
      var backend =
          new TestBackend(new ServerSocket(0, 512, InetAddress.getLoopbackAddress()), script);
      backend.acceptor.start();
      return backend;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Answers with the body that it got. */
  static TestBackend echoing() {
    return running(
        conversation -> {
          for (var head = conversation.readHead(); head != null; head = conversation.readHead()) {
            byte[] body = conversation.readBody(head);
            conversation.write("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
            conversation.out().write(body);
          }
        });
  }

  /** Takes all, and never answers. */
  static TestBackend silent() {
    return running(conversation -> conversation.in().transferTo(OutputStream.nullOutputStream()));
  }

  /** Answers every request with 200 and its name, and keeps the connection. */
  static TestBackend named(String name) {
    return running(
        conversation -> {
          while (conversation.readRequest() != null) {
            conversation.write(
                "HTTP/1.1 200 OK\r\nX-Backend: "
                    + name
                    + "\r\nContent-Length: "
                    + name.length()
                    + "\r\n\r\n"
                    + name);
          }
        });
  }

  /** Answers every request with the same bytes. */
  static TestBackend answering(String answer) {
    return running(
        conversation -> {
          while (conversation.readRequest() != null) {
            conversation.write(answer);
          }
        });
  }

  /** Sends back what it gets, and its end. */
  static TestBackend echo() {
    return running(conversation -> conversation.in().transferTo(conversation.out()));
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        connections.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      script.serve(new Conversation(this, socket));
      socket.shutdownOutput();
    } catch (IOException e) {
      // the other side is free to leave
    } finally {
      open.remove(socket);
    }
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  InetSocketAddress socketAddress() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());
  }

  int port() {
    return server.getLocalPort();
  }

  /** The heads of all requests, in order. */
  List<String> heads() {
    return Collections.unmodifiableList(heads);
  }

  /** Connections accepted so far. */
  int connections() {
    return connections.get();
  }

  int openConnections() {
    return open.size();
  }

  /** The port is closed only when nobody waits at it any more. */
  @Override
  public void close() {
    try {
      server.close();
      acceptor.join();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** One connection, seen from the backend. */
  static final class Conversation {
    private final TestBackend backend;
    private final Socket socket;
    private final InputStream in;

    Conversation(TestBackend backend, Socket socket) throws IOException {
      this.backend = backend;
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** Lets the kernel keep no more than this of what is written and not yet taken; it may double it. */
    void keepUnsent(int bytes) throws IOException {
      socket.setSendBufferSize(bytes);
    }

    /** The head of the next request with its body read and thrown away; null at the end. */
    String readRequest() throws IOException {
      String head = readHead();
      if (head != null) {
        readBody(head);
      }
      return head;
    }

    String readHead() throws IOException {
      var head = new StringBuilder();
      while (!head.toString().endsWith("\r\n\r\n")) {
        int b = in.read();
        if (b < 0) {
          return null;
        }
        head.append((char) b);
      }
      backend.heads.add(head.toString());
      return head.toString();
    }

    byte[] readBody(String head) throws IOException {
      String length = HttpText.field(head, "Content-Length");
      if (length != null) {
        return in.readNBytes((int) Math.min(Long.parseLong(length), Integer.MAX_VALUE));
      }
      return HttpText.field(head, "Transfer-Encoding") == null
          ? new byte[0]
          : HttpText.readChunks(in);
    }

    void write(String text) throws IOException {
      out().write(text.getBytes(StandardCharsets.ISO_8859_1));
      out().flush();
    }

    InputStream in() {
      return in;
    }

    OutputStream out() throws IOException {
      return socket.getOutputStream();
    }

    Socket socket() {
      return socket;
    }
  }

  /** Several, named b1, b2, … */
  static List<TestBackend> named(int count) {
    var backends = new ArrayList<TestBackend>();
    for (int i = 1; i <= count; i++) {
      backends.add(named("b" + i));
    }
    return backends;
  }
}
