package dev.ballast.proxy;

import com.sun.net.httpserver.HttpExchange;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** What a server made of one request. */
record Reading(String method, String target, String host, String body) {
  static final String FIELD = "X-Reading";
  private static final int PATIENCE_MILLIS = 5_000;

  /** A server's word on one request: how it read it, or that it wanted none of it. */
  record Verdict(int status, Reading reading) {
    /** It says so itself. That somebody behind it hung up, as a gateway's 502 tells, is none. */
    boolean isRefusal() {
      boolean isClients = status >= 400 && status < 500;
      return reading == null && (isClients || status == 501 || status == 505);
    }
  }

  /** What a request, written as plainly as this proxy writes, says. */
  static Reading of(String request) throws IOException {
    var in = new ByteArrayInputStream(request.getBytes(StandardCharsets.ISO_8859_1));
    return next(in, OutputStream.nullOutputStream());
  }

  /** The next request of a stream that is as plain as that; null at its end. */
  static Reading next(InputStream in, OutputStream out) throws IOException {
    in.mark(1);
    if (in.read() < 0) {
      return null;
    }
    in.reset();
    String head = readHead(in);
    String[] line = head.substring(0, head.indexOf('\r')).split(" ", 3);
    String host = HttpText.field(head, "Host");
    if (HttpText.field(head, "Expect") != null) {
      out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    byte[] body = new byte[0];
    if (HttpText.field(head, "Transfer-Encoding") != null) {
      body = HttpText.readChunks(in);
    } else if (HttpText.field(head, "Content-Length") != null) {
      body = in.readNBytes(Integer.parseInt(HttpText.field(head, "Content-Length")));
    }
    return new Reading(
        line[0], line[1], host == null ? "" : host, new String(body, StandardCharsets.ISO_8859_1));
  }

  static Reading of(HttpExchange exchange) throws IOException {
    String host = exchange.getRequestHeaders().getFirst("Host");
    return new Reading(
        exchange.getRequestMethod(),
        exchange.getRequestURI().toString(),
        host == null ? "" : host,
        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
  }

  /** As it stands in the field. */
  String encoded() {
    return Base64.getEncoder()
        .encodeToString(
            String.join("\n", method, target, host, body).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static Reading decoded(String field) {
    String[] parts =
        new String(Base64.getDecoder().decode(field), StandardCharsets.ISO_8859_1).split("\n", 4);
    return new Reading(parts[0], parts[1], parts[2], parts[3]);
  }

  /**
   * Sends requests to a server and takes all its answers, to the end of the connection.
   *
   * @param pieces of what is sent; each but the first waits for an answer to what went before
   * @param methods of the requests meant, in order, for the answers to HEAD have no body
   */
  static List<Verdict> ask(int port, List<String> pieces, List<String> methods) throws IOException {
    var verdicts = new ArrayList<Verdict>();
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(PATIENCE_MILLIS);
      var in = new BufferedInputStream(socket.getInputStream());
      int sent = 0;
      Verdict verdict;
      do {
        if (sent < pieces.size()) {
          socket.getOutputStream().write(pieces.get(sent++).getBytes(StandardCharsets.ISO_8859_1));
        }
        verdict = verdict(in, methods, verdicts.size());
        if (verdict != null) {
          verdicts.add(verdict);
        }
      } while (verdict != null);
    } catch (SocketException | SocketTimeoutException end) {
      // a reset ends it, and so does silence
    }
    return verdicts;
  }

  private static Verdict verdict(InputStream in, List<String> methods, int index)
      throws IOException {
    in.mark(1);
    if (in.read() < 0) {
      return null;
    }
    in.reset();
    String head = readHead(in);
    int status = Integer.parseInt(head.substring(9, 12));
    if (status < 200) {
      return verdict(in, methods, index);
    }
    boolean isForHead = index < methods.size() && methods.get(index).equals("HEAD");
    if (!isForHead && status != 204 && status != 304) {
      skipBody(in, head);
    }
    String reading = HttpText.field(head, FIELD);
    return new Verdict(status, reading == null ? null : decoded(reading));
  }

  private static void skipBody(InputStream in, String head) throws IOException {
    String length = HttpText.field(head, "Content-Length");
    if (length != null) {
      in.skipNBytes(Integer.parseInt(length));
    } else if (HttpText.field(head, "Transfer-Encoding") == null) {
      in.readAllBytes();
    } else {
      HttpText.readChunks(in);
    }
  }

  private static String readHead(InputStream in) throws IOException {
    var head = new StringBuilder();
    for (String line = HttpText.readLine(in); !line.isEmpty(); line = HttpText.readLine(in)) {
      head.append(line).append("\r\n");
    }
    return head.append("\r\n").toString();
  }
}
