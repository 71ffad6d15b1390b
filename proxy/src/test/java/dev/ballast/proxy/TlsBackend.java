package dev.ballast.proxy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A backend that speaks TLS, and a script for what it does with each connection. */
final class TlsBackend implements AutoCloseable {
  /** What to do with a connection; it is closed afterwards. */
  interface Script {
    /** On the plain socket underneath, an end can be made that TLS knows nothing of. */
    void serve(SSLSocket tls, InputStream in, Socket plain) throws IOException;
  }

  private final ServerSocket server;
  private final SSLContext context;
  private final boolean asksForCertificates;
  private final Script script;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  private TlsBackend(
      ServerSocket server, SSLContext context, boolean asksForCertificates, Script script) {
    this.server = server;
    this.context = context;
    this.asksForCertificates = asksForCertificates;
    this.script = script;
  }

  static TlsBackend running(SSLContext context, boolean asksForCertificates, Script script) {
    try {
      var backend =
          new TlsBackend(
              new ServerSocket(0, 512, InetAddress.getLoopbackAddress()),
              context,
              asksForCertificates,
              script);
      Thread.ofVirtual().start(backend::accept);
      return backend;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Answers every request with 200 and its name. */
  static TlsBackend named(String name, SSLContext context) {
    return running(
        context,
        false,
        (tls, in, plain) -> {
          while (readHead(in)) {
            write(tls, "HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name);
          }
        });
  }

  /** Answers one request with 200 and its name, and says that it closes. */
  static TlsBackend closing(String name, SSLContext context) {
    return running(
        context,
        false,
        (tls, in, plain) -> {
          readHead(in);
          write(
              tls,
              "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: "
                  + name.length()
                  + "\r\n\r\n"
                  + name);
        });
  }

  /** Sends back what it gets, and its end. */
  static TlsBackend echo(SSLContext context) {
    return running(context, false, (tls, in, plain) -> in.transferTo(tls.getOutputStream()));
  }

  static boolean readHead(InputStream in) throws IOException {
    String line = HttpText.readLine(in);
    boolean isRequest = !line.isEmpty();
    while (!line.isEmpty()) {
      line = HttpText.readLine(in);
    }
    return isRequest;
  }

  static void write(SSLSocket tls, String text) throws IOException {
    tls.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    tls.getOutputStream().flush();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket plain = server.accept();
        open.add(plain);
        Thread.ofVirtual().start(() -> serve(plain));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket plain) {
    try (plain;
        SSLSocket tls =
            (SSLSocket)
                context.getSocketFactory().createSocket(plain, null, plain.getPort(), true)) {
      tls.setUseClientMode(false);
      tls.setNeedClientAuth(asksForCertificates);
      tls.startHandshake();
      script.serve(tls, new BufferedInputStream(tls.getInputStream()), plain);
    } catch (IOException e) {
      // the other side is free to leave
    } finally {
      open.remove(plain);
    }
  }

  String address() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
