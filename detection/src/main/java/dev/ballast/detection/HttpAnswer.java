package dev.ballast.detection;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpStatusClass;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** An HTTP answer as it comes in, of whatever version, held against what is wanted. Keeps at most 64 KiB of the body, and only if that counts. */
final class HttpAnswer {
  /** So many interim heads, of status 1xx, may come before the head that counts. */
  static final int MOST_INTERIM = 16;

  private static final int BODY_LIMIT = 64 * 1024;

  private final ProbeSpec.Http spec;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);
  private long received;
  private int status;
  private int interim;

  HttpAnswer(ProbeSpec.Http spec) {
    this.spec = spec;
  }

  void head(int code) {
    status = code;
    if (HttpStatusClass.INFORMATIONAL.contains(code)) {
      interim++;
    }
  }

  /** Whether so much is in that the rest makes no difference: nobody should have to read a stream without end. */
  boolean isEnough() {
    return received >= BODY_LIMIT || interim > MOST_INTERIM;
  }

  void body(ByteBuf bytes) {
    int wanted =
        spec.body() == null ? 0 : Math.min(bytes.readableBytes(), BODY_LIMIT - body.size());
    try {
      bytes.getBytes(bytes.readerIndex(), body, wanted);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    received += bytes.readableBytes();
  }

  /** What is wrong with it; null if nothing is. */
  @Nullable String fault() {
    if (interim > MOST_INTERIM) {
      return tooManyInterim();
    }
    if (!spec.statuses().contains(status)) {
      return "status " + status + ", wanted " + spec.statuses();
    }
    var rule = spec.body();
    if (rule != null && !rule.pattern().matcher(body.toString(StandardCharsets.UTF_8)).find()) {
      return "the body has no " + rule.text();
    }
    return null;
  }

  static String tooManyInterim() {
    return "more than " + MOST_INTERIM + " interim heads (status 1xx)";
  }

  /** Ends the attempt with what the answer is worth. */
  void judge(Attempt attempt) {
    String fault = fault();
    if (fault == null) {
      attempt.good();
    } else {
      attempt.failed(Outcome.Kind.WRONG, fault);
    }
  }
}
