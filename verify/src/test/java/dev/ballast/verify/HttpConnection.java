package dev.ballast.verify;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One kept-alive HTTP/1.1 connection that hides nothing: no retry, no pool. Owned by one thread.
 *
 * <p>It is strict: an answer that ends early, or a close without {@code Connection: close} before it, is an {@link
 * IOException} and so a failed request.
 */
final class HttpConnection implements AutoCloseable {
  private static final int LINE_LIMIT_BYTES = 16 << 10;

  /**
   * @param headers with names in lower case
   * @param text the body, as UTF-8
   */
  record Answer(int status, Map<String, String> headers, String text) {
    String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  private final Socket socket;
  private final InputStream in;
  private boolean isUsable = true;

  private HttpConnection(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream(), 32 << 10);
  }

  static HttpConnection open(Place place, InetSocketAddress server, Duration timeout)
      throws IOException {
    return new HttpConnection(connect(place, server, timeout));
  }

  /** Over a connection that is there already, and is closed with this. */
  static HttpConnection over(Socket socket) throws IOException {
    return new HttpConnection(socket);
  }

  static Socket connect(Place place, InetSocketAddress server, Duration timeout)
      throws IOException {
    Socket socket = channel(place).socket();
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) timeout.toMillis());
      socket.connect(server, (int) timeout.toMillis());
      return socket;
    } catch (IOException failure) {
      socket.close();
      throw failure;
    }
  }

  private static SocketChannel channel(Place place) throws IOException {
    try {
      return place.call(SocketChannel::open);
    } catch (IOException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IOException(failure);
    }
  }

  boolean isUsable() {
    return isUsable;
  }

  Answer get(String host, String path) throws IOException {
    isUsable = false;
    String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
    int status = status(line());
    var headers = headers();
    var answer = new Answer(status, headers, new String(body(headers), StandardCharsets.UTF_8));
    isUsable = !"close".equalsIgnoreCase(answer.header("connection"));
    return answer;
  }

  private static int status(String line) throws IOException {
    if (!line.matches("HTTP/1\\.1 [1-5][0-9][0-9]( .*)?")) {
      throw new IOException("not a status line: " + line);
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private Map<String, String> headers() throws IOException {
    var headers = new HashMap<String, String>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    return headers;
  }

  private byte[] body(Map<String, String> headers) throws IOException {
    if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
      return chunks();
    }
    return exactly(Integer.parseInt(headers.getOrDefault("content-length", "0")));
  }

  private byte[] chunks() throws IOException {
    var body = new java.io.ByteArrayOutputStream();
    for (int size = chunkSize(); size > 0; size = chunkSize()) {
      body.write(exactly(size));
      line();
    }
    headers();
    return body.toByteArray();
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line().split(";", 2)[0].strip(), 16);
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the body ended after " + bytes.length + " of " + length + " bytes");
    }
    return bytes;
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException(
            "closed " + (line.isEmpty() ? "without an answer" : "within a line"));
      }
      if (line.length() > LINE_LIMIT_BYTES) {
        throw new IOException("a line without end");
      }
      line.append((char) next);
    }
    return line.toString().stripTrailing();
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (SocketException _) {
      // Already reset by the other side.
    } catch (IOException failure) {
      throw new java.io.UncheckedIOException(failure);
    }
  }
}
