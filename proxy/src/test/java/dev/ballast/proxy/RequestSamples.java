package dev.ballast.proxy;

import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Requests as they come over the wire, good and bad: description, bytes, and what is expected. */
final class RequestSamples {
  static final String HOST = "Host: a.test\r\n";

  private RequestSamples() {}

  /** Expected: the reason of the refusal. */
  static Stream<Arguments> refused() {
    return Stream.of(
        row("two spaces after the method", "GET  / HTTP/1.1\r\n" + HOST + "\r\n", "target"),
        row("a tab after the method", "GET\t/ HTTP/1.1\r\n" + HOST + "\r\n", "request-line"),
        row("no version", "GET /\r\n" + HOST + "\r\n", "target"),
        row("white space before the method", " GET / HTTP/1.1\r\n" + HOST + "\r\n", "request-line"),
        row(
            "white space at the end of the line",
            "GET / HTTP/1.1 \r\n" + HOST + "\r\n",
            "request-line"),
        row("white space in the target", "GET /a b HTTP/1.1\r\n" + HOST + "\r\n", "request-line"),
        row("a method with a colon", "GE:T / HTTP/1.1\r\n" + HOST + "\r\n", "request-line"),
        row("lower case version", "GET / http/1.1\r\n" + HOST + "\r\n", "request-line"),
        row("HTTP/0.9", "GET / HTTP/0.9\r\n" + HOST + "\r\n", "version"),
        row("HTTP/1.2", "GET / HTTP/1.2\r\n" + HOST + "\r\n", "version"),
        row("HTTP/2.0", "GET / HTTP/2.0\r\n" + HOST + "\r\n", "version"),
        row("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "version"),
        row("HTTP/1.10", "GET / HTTP/1.10\r\n" + HOST + "\r\n", "request-line"),
        row("HTTP/1.", "GET / HTTP/1.\r\n" + HOST + "\r\n", "request-line"),
        row("a TLS greeting", "\u0016\u0003\u0001\u0002\u0000\u0001", "request-line"),
        row("NUL in the target", "GET /\u0000 HTTP/1.1\r\n" + HOST + "\r\n", "target"),
        row("DEL in the target", "GET /\u007f HTTP/1.1\r\n" + HOST + "\r\n", "target"),
        row(
            "a byte beyond ASCII in the target",
            "GET /\u00e4 HTTP/1.1\r\n" + HOST + "\r\n",
            "target"),
        row("a fragment", "GET /#top HTTP/1.1\r\n" + HOST + "\r\n", "target"),
        row("a target without a slash", "GET path HTTP/1.1\r\n" + HOST + "\r\n", "target"),
        row("an asterisk for GET", "GET * HTTP/1.1\r\n" + HOST + "\r\n", "target"),
        row("an unknown scheme", "GET ftp://a.test/ HTTP/1.1\r\n" + HOST + "\r\n", "target"),
        row(
            "an absolute target without a host",
            "GET http:///x HTTP/1.1\r\n" + HOST + "\r\n",
            "target"),
        row(
            "an absolute target for another host",
            "GET http://b.test/ HTTP/1.1\r\n" + HOST + "\r\n",
            "host-mismatch"),
        row(
            "an absolute target for another port",
            "GET http://a.test:81/ HTTP/1.1\r\n" + HOST + "\r\n",
            "host-mismatch"),
        row(
            "user information in the target",
            "GET http://u@a.test/ HTTP/1.1\r\n" + HOST + "\r\n",
            "host-mismatch"),
        row("CONNECT", "CONNECT a.test:443 HTTP/1.1\r\n" + HOST + "\r\n", "connect-method"),
        row("a request line of LF alone", "GET / HTTP/1.1\n" + HOST + "\r\n", "bare-lf"),
        row("a field line of LF alone", "GET / HTTP/1.1\r\nHost: a.test\n\r\n", "bare-lf"),
        row("an empty line of LF alone", "GET / HTTP/1.1\r\n" + HOST + "\n", "bare-lf"),
        row("LF before the request", "\nGET / HTTP/1.1\r\n" + HOST + "\r\n", "request-line"),
        row(
            "two empty lines before the request",
            "\r\n\r\nGET / HTTP/1.1\r\n" + HOST + "\r\n",
            "request-line"),
        row("CR before the request", "\rGET / HTTP/1.1\r\n" + HOST + "\r\n", "bare-cr"),
        row("CR in the request line", "GET /\r HTTP/1.1\r\n" + HOST + "\r\n", "target"),
        row("CR in a field value", "GET / HTTP/1.1\r\n" + HOST + "A: b\rc\r\n\r\n", "bare-cr"),
        row(
            "CR at the end of a field value",
            "GET / HTTP/1.1\r\n" + HOST + "A: b\r\r\n\r\n",
            "bare-cr"),
        row(
            "folding by a space",
            "GET / HTTP/1.1\r\n" + HOST + "A: b\r\n c\r\n\r\n",
            "obsolete-folding"),
        row(
            "folding by a tab",
            "GET / HTTP/1.1\r\n" + HOST + "A: b\r\n\tc\r\n\r\n",
            "obsolete-folding"),
        row(
            "white space before the first field",
            "GET / HTTP/1.1\r\n Host: a.test\r\n\r\n",
            "obsolete-folding"),
        row(
            "space before the colon",
            "GET / HTTP/1.1\r\n" + HOST + "A : b\r\n\r\n",
            "space-before-colon"),
        row(
            "tab before the colon",
            "GET / HTTP/1.1\r\n" + HOST + "A\t: b\r\n\r\n",
            "space-before-colon"),
        row(
            "space before the colon of Content-Length",
            "POST / HTTP/1.1\r\n" + HOST + "Content-Length : 1\r\n\r\nx",
            "space-before-colon"),
        row(
            "a line without a colon",
            "GET / HTTP/1.1\r\n" + HOST + "nothing\r\n\r\n",
            "field-name"),
        row("a field without a name", "GET / HTTP/1.1\r\n" + HOST + ": b\r\n\r\n", "field-name"),
        row(
            "a field name in parentheses",
            "GET / HTTP/1.1\r\n" + HOST + "(A): b\r\n\r\n",
            "field-name"),
        row(
            "NUL in a field name",
            "GET / HTTP/1.1\r\n" + HOST + "A\u0000: b\r\n\r\n",
            "field-name"),
        row(
            "a byte beyond ASCII in a field name",
            "GET / HTTP/1.1\r\n" + HOST + "\u00c4: b\r\n\r\n",
            "field-name"),
        row(
            "NUL in a field value",
            "GET / HTTP/1.1\r\n" + HOST + "A: \u0000\r\n\r\n",
            "field-value"),
        row(
            "a control byte in a field value",
            "GET / HTTP/1.1\r\n" + HOST + "A: \u0001\r\n\r\n",
            "field-value"),
        row(
            "vertical tab in a field value",
            "GET / HTTP/1.1\r\n" + HOST + "A: \u000b\r\n\r\n",
            "field-value"),
        row(
            "DEL in a field value",
            "GET / HTTP/1.1\r\n" + HOST + "A: \u007f\r\n\r\n",
            "field-value"),
        row("no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", "host-missing"),
        row(
            "no Host beside an absolute target",
            "GET http://a.test/ HTTP/1.1\r\n\r\n",
            "host-missing"),
        row("Host twice", "GET / HTTP/1.1\r\n" + HOST + HOST + "\r\n", "host-duplicate"),
        row(
            "two different Hosts",
            "GET / HTTP/1.1\r\n" + HOST + "host: b.test\r\n\r\n",
            "host-duplicate"),
        row("a Host with a slash", "GET / HTTP/1.1\r\nHost: a.test/x\r\n\r\n", "host"),
        row("a Host with white space", "GET / HTTP/1.1\r\nHost: a.test b.test\r\n\r\n", "host"),
        row("a Host with an at sign", "GET / HTTP/1.1\r\nHost: u@a.test\r\n\r\n", "host"),
        row("a Host list", "GET / HTTP/1.1\r\nHost: a.test, b.test\r\n\r\n", "host"),
        row("a Host that begins with a dot", "GET / HTTP/1.1\r\nHost: .a.test\r\n\r\n", "host"),
        row("a port that is no number", "GET / HTTP/1.1\r\nHost: a.test:8o\r\n\r\n", "host"),
        row("a port of six digits", "GET / HTTP/1.1\r\nHost: a.test:123456\r\n\r\n", "host"),
        row("two ports", "GET / HTTP/1.1\r\nHost: a.test:80:80\r\n\r\n", "host"),
        row("an unclosed IPv6 address", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "host"),
        row("something after an IPv6 address", "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", "host"),
        row("an empty IPv6 address", "GET / HTTP/1.1\r\nHost: []\r\n\r\n", "host"),
        row("a port alone", "GET / HTTP/1.1\r\nHost: :80\r\n\r\n", "host"),
        row(
            "length and transfer coding",
            post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
            "content-length-with-transfer-encoding"),
        row(
            "transfer coding and length",
            post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + "0\r\n\r\n",
            "content-length-with-transfer-encoding"),
        row(
            "two equal lengths",
            post("Content-Length: 5\r\nContent-Length: 5\r\n") + "hello",
            "content-length-duplicate"),
        row(
            "two different lengths",
            post("Content-Length: 5\r\ncontent-length: 6\r\n") + "hello!",
            "content-length-duplicate"),
        row("a list of lengths", post("Content-Length: 5, 5\r\n") + "hello", "content-length"),
        row("a length with a sign", post("Content-Length: +5\r\n") + "hello", "content-length"),
        row("a negative length", post("Content-Length: -1\r\n"), "content-length"),
        row("a hexadecimal length", post("Content-Length: 0x5\r\n") + "hello", "content-length"),
        row("an empty length", post("Content-Length: \r\n"), "content-length"),
        row("a length with white space inside", post("Content-Length: 1 0\r\n"), "content-length"),
        row(
            "a length beyond 64 bits",
            post("Content-Length: 18446744073709551617\r\n"),
            "content-length"),
        row("a fractional length", post("Content-Length: 5.0\r\n") + "hello", "content-length"),
        row("identity", post("Transfer-Encoding: identity\r\n"), "transfer-encoding-unknown"),
        row(
            "gzip, chunked",
            post("Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n",
            "transfer-encoding-unknown"),
        row(
            "chunked, chunked",
            post("Transfer-Encoding: chunked, chunked\r\n") + "0\r\n\r\n",
            "transfer-encoding-unknown"),
        row(
            "chunked with a parameter",
            post("Transfer-Encoding: chunked;q=1\r\n") + "0\r\n\r\n",
            "transfer-encoding-unknown"),
        row(
            "xchunked",
            post("Transfer-Encoding: xchunked\r\n") + "0\r\n\r\n",
            "transfer-encoding-unknown"),
        row(
            "chunked behind a vertical tab",
            post("Transfer-Encoding: \u000bchunked\r\n") + "0\r\n\r\n",
            "field-value"),
        row(
            "chunked twice",
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n",
            "transfer-encoding"),
        row("an empty transfer coding", post("Transfer-Encoding:\r\n"), "transfer-encoding"),
        row(
            "chunked in HTTP/1.0",
            "POST / HTTP/1.0\r\n" + HOST + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "transfer-encoding"),
        row("a chunk size that is no number", chunked("x\r\n"), "chunk-size"),
        row("an empty chunk size", chunked("\r\n"), "chunk-size"),
        row("a chunk size with 0x", chunked("0x5\r\nhello\r\n"), "chunk-size"),
        row("a negative chunk size", chunked("-5\r\nhello\r\n"), "chunk-size"),
        row("white space before a chunk size", chunked(" 5\r\nhello\r\n"), "chunk-size"),
        row("white space after a chunk size", chunked("5 \r\nhello\r\n"), "chunk-size"),
        row("a chunk size beyond 60 bits", chunked("1000000000000000\r\n"), "chunk-size"),
        row(
            "a chunk size with leading zeros beyond reason",
            chunked("0000000000000005\r\nhello\r\n"),
            "chunk-size"),
        row("an underscore in a chunk size", chunked("1_0\r\n"), "chunk-size"),
        row("LF alone after a chunk size", chunked("5\nhello\r\n"), "bare-lf"),
        row("CR alone after a chunk size", chunked("5\rhello\r\n"), "bare-cr"),
        row("a chunk longer than its size", chunked("5\r\nhello!\r\n0\r\n\r\n"), "chunk-end"),
        row("LF alone after a chunk", chunked("5\r\nhello\n0\r\n\r\n"), "chunk-end"),
        row(
            "a control byte in a chunk extension",
            chunked("5;a=\u0000\r\nhello\r\n"),
            "chunk-size"),
        row("LF alone in a chunk extension", chunked("5;a\nhello\r\n"), "bare-lf"),
        row(
            "a chunk extension without end",
            chunked("5;" + "a".repeat(300)),
            "chunk-line-too-long"),
        row("a trailer of LF alone", chunked("0\r\nA: b\n\r\n"), "bare-lf"),
        row("an end of LF alone", chunked("0\r\n\n"), "bare-lf"),
        row("space before a trailer's colon", chunked("0\r\nA : b\r\n\r\n"), "space-before-colon"),
        row("a folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n"), "obsolete-folding"),
        row("NUL in a trailer", chunked("0\r\nA: \u0000\r\n\r\n"), "field-value"),
        row("endless trailers", chunked("0\r\n" + "A: b\r\n".repeat(2_000)), "trailer-too-large"),
        row(
            "another expectation",
            post("Expect: 200-ok\r\nContent-Length: 1\r\n") + "x",
            "expectation"),
        row(
            "a WebSocket",
            "GET / HTTP/1.1\r\n" + HOST + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            "upgrade"),
        row(
            "a request line too long",
            "GET /" + "a".repeat(9_000) + " HTTP/1.1\r\n" + HOST + "\r\n",
            "request-line-too-long"),
        row(
            "a field line too long",
            "GET / HTTP/1.1\r\n" + HOST + "A: " + "b".repeat(17_000) + "\r\n\r\n",
            "field-line-too-long"),
        row(
            "a head too large",
            "GET / HTTP/1.1\r\n" + HOST + ("A: " + "b".repeat(1_000) + "\r\n").repeat(40) + "\r\n",
            "head-too-large"),
        row(
            "too many fields",
            "GET / HTTP/1.1\r\n" + HOST + "A: b\r\n".repeat(128) + "\r\n",
            "too-many-fields"),
        row(
            "too many connection options",
            "GET / HTTP/1.1\r\n" + HOST + "Connection: " + "a,".repeat(17) + "\r\n\r\n",
            "too-many-connection-options"));
  }

  /** Expected: a part of what the backend gets. */
  static Stream<Arguments> accepted() {
    return Stream.of(
        row(
            "the simplest",
            "GET / HTTP/1.1\r\n" + HOST + "\r\n",
            "GET / HTTP/1.1\r\nHost: a.test\r\n"),
        row(
            "one empty line before",
            "\r\nGET / HTTP/1.1\r\n" + HOST + "\r\n",
            "GET / HTTP/1.1\r\nHost: a.test\r\n"),
        row(
            "an unknown method",
            "BREW /pot HTTP/1.1\r\n" + HOST + "\r\n",
            "BREW /pot HTTP/1.1\r\n"),
        row(
            "a query with everything",
            "GET /?a=b&c=%20|{}\"'^ HTTP/1.1\r\n" + HOST + "\r\n",
            "GET /?a=b&c=%20|{}\"'^ HTTP/1.1\r\n"),
        row(
            "an asterisk for OPTIONS",
            "OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n",
            "OPTIONS * HTTP/1.1\r\n"),
        row(
            "an absolute target",
            "GET http://A.test/x?y HTTP/1.1\r\n" + HOST + "\r\n",
            "GET /x?y HTTP/1.1\r\nHost: a.test\r\n"),
        row(
            "an absolute target without a path",
            "GET http://a.test HTTP/1.1\r\n" + HOST + "\r\n",
            "GET / HTTP/1.1\r\n"),
        row(
            "an absolute target with a query alone",
            "GET http://a.test?y HTTP/1.1\r\n" + HOST + "\r\n",
            "GET /?y HTTP/1.1\r\n"),
        row(
            "a port",
            "GET / HTTP/1.1\r\nHost: a.test:8080\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a.test:8080\r\n"),
        row(
            "an IPv6 address",
            "GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n"),
        row("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.1\r\nHost: \r\n"),
        row("HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost: \r\n"),
        row(
            "HTTP/1.0 with an absolute target",
            "GET http://a.test/ HTTP/1.0\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a.test\r\n"),
        row(
            "fields as they are",
            "GET / HTTP/1.1\r\n" + HOST + "aBc:  d \t\r\nE:\r\n\r\n",
            "\r\naBc:  d \t\r\nE:\r\n"),
        row(
            "bytes beyond ASCII in a value",
            "GET / HTTP/1.1\r\n" + HOST + "A: \u00e4\u00ff\r\n\r\n",
            "\r\nA: \u00e4\u00ff\r\n"),
        row("a tab in a value", "GET / HTTP/1.1\r\n" + HOST + "A: b\tc\r\n\r\n", "\r\nA: b\tc\r\n"),
        row(
            "an offer of HTTP/2",
            "GET / HTTP/1.1\r\n"
                + HOST
                + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For"),
        row("a body", post("Content-Length: 5\r\n") + "hello", "Content-Length: 5\r\n\r\nhello"),
        row(
            "a length with leading zeros",
            post("Content-Length: 005\r\n") + "hello",
            "Content-Length: 5\r\n\r\nhello"),
        row("a length of 0", post("Content-Length: 0\r\n"), "Content-Length: 0\r\n\r\n"),
        row(
            "chunks",
            chunked("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"),
            "Transfer-Encoding: chunked\r\n\r\nhello world"),
        row(
            "upper case chunked",
            post("Transfer-Encoding: Chunked\r\n") + "0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n"),
        row(
            "upper case chunk sizes",
            chunked("A\r\n0123456789\r\n0\r\n\r\n"),
            "\r\n\r\n0123456789"),
        row(
            "leading zeros of a chunk size",
            chunked("005\r\nhello\r\n000\r\n\r\n"),
            "\r\n\r\nhello"),
        row("chunk extensions", chunked("5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n"), "\r\n\r\nhello"),
        row(
            "white space before a chunk extension",
            chunked("5 ;a\r\nhello\r\n0\r\n\r\n"),
            "\r\n\r\nhello"),
        row("trailers", chunked("5\r\nhello\r\n0\r\nA: b\r\nC: d\r\n\r\n"), "\r\n\r\nhello"),
        row(
            "an expectation that can be met",
            post("Expect: 100-Continue\r\nContent-Length: 1\r\n") + "x",
            "Expect: 100-continue\r\n\r\nx"));
  }

  static String post(String fields) {
    return "POST / HTTP/1.1\r\n" + HOST + fields + "\r\n";
  }

  static String chunked(String body) {
    return post("Transfer-Encoding: chunked\r\n") + body;
  }

  private static Arguments row(String description, String raw, String expected) {
    return Arguments.of(description, raw, expected);
  }
}
