package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is sent once more. */
class ReplayTest {
  private final LooseLoops loops = LooseLoops.of(1);
  private final Replay replay = new Replay(loops.first());
  private final EmbeddedChannel second = new EmbeddedChannel();

  @AfterEach
  void stop() {
    replay.drop();
    second.finishAndReleaseAll();
    loops.close();
  }

  private static ByteBuf bytes(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private String sentAgain() {
    second.flushOutbound();
    var text = new StringBuilder();
    for (ByteBuf out = second.readOutbound(); out != null; out = second.readOutbound()) {
      text.append(out.toString(StandardCharsets.US_ASCII));
      out.release();
    }
    return text.toString();
  }

  /** As io_uring does it: the kernel has the bytes, and the buffer moves on when they are written. */
  @Test
  void shouldSendAllOfItThoughAWriteOfTheTryBeforeEndsLater() {
    ByteBuf head = bytes("GET / HTTP/1.1\r\n\r\n");
    ByteBuf body = bytes("body");
    replay.begin(true);
    replay.sent(head);
    replay.sent(body);

    replay.sendAgain(second);
    head.skipBytes(head.readableBytes());
    body.skipBytes(1);

    assertThat(sentAgain()).isEqualTo("GET / HTTP/1.1\r\n\r\nbody");
    head.release();
    body.release();
  }

  @Test
  void shouldLeaveAWriteThatIsUnderWayAsItIs() {
    ByteBuf head = bytes("GET / HTTP/1.1\r\n\r\n");
    replay.begin(true);
    replay.sent(head);
    head.skipBytes(4);

    replay.sendAgain(second);

    assertThat(head.toString(StandardCharsets.US_ASCII)).isEqualTo("/ HTTP/1.1\r\n\r\n");
    assertThat(sentAgain()).startsWith("GET /");
    head.release();
  }
}
