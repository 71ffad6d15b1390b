package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Heads of requests that were read, for tests of what comes next. */
final class Heads {
  private Heads() {}

  static RequestHead get(String target, String... fields) {
    return request("GET", target, fields);
  }

  static RequestHead request(String method, String target, String... fields) {
    var head = new RequestHead(Limits.defaults());
    assertThat(read(head, method, target, fields)).isNull();
    return head;
  }

  /** Reads a request with the Host {@code a.test}. */
  static Violation read(RequestHead head, String method, String target, String... fields) {
    var text = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: a.test\r\n");
    for (String field : fields) {
      text.append(field).append("\r\n");
    }
    ByteBuf bytes = Unpooled.copiedBuffer(text.append("\r\n"), StandardCharsets.ISO_8859_1);
    return head.read(bytes, bytes.readableBytes());
  }
}
