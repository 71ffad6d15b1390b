package dev.ballast.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLContext;

/** A client that sends exactly the bytes it is told to. */
final class RawClient implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 20_000;

  /** An answer as it came over the wire. */
  record Answer(String head, String text) {
    int status() {
      return Integer.parseInt(head.substring(9, 12));
    }

    String field(String name) {
      return HttpText.field(head, name);
    }
  }

  private final Socket socket;
  private final InputStream in;

  private RawClient(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  static RawClient to(int port) {
    return to(port, 0);
  }

  /** From another address of this machine. */
  static RawClient from(String source, int port) {
    try {
      var socket = new Socket();
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral(source), 0));
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      return new RawClient(socket);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** @param receiveBuffer bytes, or 0 for the system's choice */
  static RawClient to(int port, int receiveBuffer) {
    try {
      var socket = new Socket();
      if (receiveBuffer > 0) {
        socket.setReceiveBufferSize(receiveBuffer);
      }
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      return new RawClient(socket);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Over TLS, asking for the host; its certificate is not compared with it. */
  static RawClient to(int port, SSLContext tls, String host) {
    try {
      var plain = new Socket();
      plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
      plain.setSoTimeout(PATIENCE_MILLIS);
      plain.setTcpNoDelay(true);
      return new RawClient(tls.getSocketFactory().createSocket(plain, host, port, true));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  RawClient send(String text) {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawClient send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
      return this;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Whether the server still took it. */
  boolean sendIfOpen(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
      return true;
    } catch (IOException ended) {
      return false;
    }
  }

  RawClient get(String path) {
    return send("GET " + path + " HTTP/1.1\r\nHost: any.test\r\n\r\n");
  }

  /** The next answer to a request other than HEAD. */
  Answer read() {
    return read(true);
  }

  Answer read(boolean hasBody) {
    try {
      String head = readHead();
      int status = Integer.parseInt(head.substring(9, 12));
      boolean isBodiless = !hasBody || status < 200 || status == 204 || status == 304;
      return new Answer(
          head, isBodiless ? "" : new String(readBody(head), StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  String readHead() throws IOException {
    var head = new StringBuilder();
    while (true) {
      String line = HttpText.readLine(in);
      head.append(line).append("\r\n");
      if (line.isEmpty()) {
        return head.toString();
      }
    }
  }

  private byte[] readBody(String head) throws IOException {
    String length = HttpText.field(head, "Content-Length");
    if (length != null) {
      byte[] body = in.readNBytes(Integer.parseInt(length));
      if (body.length < Integer.parseInt(length)) {
        throw new EOFException("the body ends after " + body.length + " bytes of " + length);
      }
      return body;
    }
    return HttpText.field(head, "Transfer-Encoding") == null
        ? in.readAllBytes()
        : HttpText.readChunks(in);
  }

  /** All that comes until the server ends the connection, in whichever way. */
  String readToItsEnd() throws IOException {
    var got = new ByteArrayOutputStream();
    try {
      in.transferTo(got);
    } catch (SocketException reset) {
      // that was the end
    }
    return got.toString(StandardCharsets.ISO_8859_1);
  }

  /** Whether the server ends the connection now, in whichever way. */
  boolean isEnded() {
    try {
      return in.read() < 0;
    } catch (SocketException e) {
      return true;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void endOutput() {
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Ends with a reset. */
  void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  InputStream in() {
    return in;
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
