package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Answers of backends mean the same wherever their bytes are cut. */
class AnswerSyntaxTest {
  private static final ByteBufAllocator BUFFERS = new UnpooledByteBufAllocator(true, true);
  private static final List<String> ANSWERS =
      List.of(
          "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello",
          "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
          "HTTP/1.0 404 Not Found\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: u\r\n\r\n",
          "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
          "HTTP/1.1 200 OK\r\n\r\nuntil the end");

  private final Random random = new Random(20_260_302);

  @Test
  void shouldReadMutatedAnswersTheSameWhereverTheyAreCut() {
    for (int i = 0; i < 10_000; i++) {
      byte[] input =
          mutated(
              ANSWERS.get(random.nextInt(ANSWERS.size())).getBytes(StandardCharsets.ISO_8859_1));
      int cut = random.nextInt(input.length + 1);
      assertThat(read(input, cut))
          .as("input %s, cut at %s: %s", i, cut, new String(input, StandardCharsets.ISO_8859_1))
          .isEqualTo(read(input, input.length));
    }
  }

  @Test
  void shouldReadAnswersTheSameCutAnywhere() {
    for (String answer : ANSWERS) {
      byte[] bytes = answer.getBytes(StandardCharsets.ISO_8859_1);
      String whole = read(bytes, bytes.length);
      assertThat(whole).doesNotContain("refused");
      for (int cut = 0; cut < bytes.length; cut++) {
        assertThat(read(bytes, cut)).isEqualTo(whole);
      }
    }
  }

  private byte[] mutated(byte[] bytes) {
    for (int change = random.nextInt(3); change >= 0; change--) {
      bytes[random.nextInt(bytes.length)] =
          random.nextBoolean() ? (byte) random.nextInt(256) : (byte) '\n';
    }
    return bytes;
  }

  /** What the client would get, with the body unframed. */
  private static String read(byte[] bytes, int cut) {
    var reader = new Reading();
    reader.receive(bytes, 0, cut);
    reader.receive(bytes, cut, bytes.length);
    return reader.finish();
  }

  private static final class Reading {
    private final HeadReader heads = HeadReader.ofAnswers(Limits.defaults());
    private final AnswerHead head = new AnswerHead(Limits.defaults());
    private final BodyReader body = new BodyReader(Limits.defaults());
    private final MessageWriter writer = new MessageWriter();
    private final EmbeddedChannel client = new EmbeddedChannel();
    private final StringBuilder result = new StringBuilder();
    private ByteBuf received;
    private boolean isWithinBody;
    private boolean isOver;

    void receive(byte[] bytes, int from, int to) {
      if (from == to || isOver) {
        return;
      }
      received =
          Buffers.joined(
              received, BUFFERS.directBuffer(to - from).writeBytes(bytes, from, to - from));
      boolean isUseful = true;
      while (isUseful && !isOver && received.isReadable()) {
        isUseful = isWithinBody ? readBody() : readHead();
      }
    }

    private boolean readHead() {
      int length = heads.read(received);
      if (length == HeadReader.MORE) {
        return false;
      }
      Violation violation =
          length == HeadReader.REFUSED ? heads.violation() : head.read(received, length);
      if (violation != null) {
        return refuse(violation);
      }
      received.skipBytes(length);
      BodyFraming framing = head.bodyFraming(Method.GET);
      AnswerWriter.write(head, framing, Persistence.KEPT, HeaderLines.NONE, writer.begin(BUFFERS, length, false));
      writer.attach(client);
      writer.push();
      isWithinBody = !head.isInterim();
      body.begin(framing, head.framing().length());
      isOver = isWithinBody && body.isComplete();
      return true;
    }

    private boolean readBody() {
      Violation violation = body.read(received, writer);
      isOver = body.isComplete();
      return violation == null || refuse(violation);
    }

    private boolean refuse(Violation violation) {
      isOver = true;
      writer.push();
      client.flushOutbound();
      result.append("refused: ").append(violation.token());
      return false;
    }

    String finish() {
      writer.push();
      client.flushOutbound();
      for (ByteBuf part = client.readOutbound(); part != null; part = client.readOutbound()) {
        result.append(part.toString(StandardCharsets.ISO_8859_1));
        part.release();
      }
      if (received != null) {
        received.release();
      }
      writer.release();
      client.finishAndReleaseAll();
      return result.toString();
    }
  }
}
