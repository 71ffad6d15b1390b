package dev.ballast.detection;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** What is asked on a stream of HTTP/2, and what an answer to it is worth. */
sealed interface Http2Question {
  Http2Headers head();

  byte[] body();

  Answer newAnswer();

  /** An answer as it comes in. */
  interface Answer {
    /** A block of fields: the head, or the trailers. */
    void head(Http2Headers fields);

    void body(ByteBuf bytes);

    /** Whether what is still to come makes no difference. */
    boolean isEnough();

    /** Ends the attempt. */
    void judge(Attempt attempt);
  }

  /** A plain request. */
  record Plain(ProbeSpec.Http spec) implements Http2Question {
    @Override
    public Http2Headers head() {
      var head =
          new DefaultHttp2Headers()
              .method(spec.method())
              .path(spec.path())
              .scheme(spec.tls() == null ? "http" : "https")
              .authority(spec.host())
              .add("user-agent", "ballast-probe");
      spec.headers().forEach(head::add);
      return head;
    }

    @Override
    public byte[] body() {
      return new byte[0];
    }

    @Override
    public Answer newAnswer() {
      return new PlainAnswer(new HttpAnswer(spec));
    }
  }

  /** The answer to a plain request. */
  record PlainAnswer(HttpAnswer answer) implements Answer {
    @Override
    public void head(Http2Headers fields) {
      CharSequence status = fields.status();
      if (status != null) {
        answer.head(Integer.parseInt(status.toString()));
      }
    }

    @Override
    public void body(ByteBuf bytes) {
      answer.body(bytes);
    }

    @Override
    public boolean isEnough() {
      return answer.isEnough();
    }

    @Override
    public void judge(Attempt attempt) {
      answer.judge(attempt);
    }
  }

  /** {@code grpc.health.v1.Health/Check}. */
  record Check(ProbeSpec.Grpc spec) implements Http2Question {
    @Override
    public Http2Headers head() {
      return GrpcHealth.head(spec, "Check");
    }

    @Override
    public byte[] body() {
      return GrpcHealth.request(spec.service());
    }

    @Override
    public Answer newAnswer() {
      return new CheckAnswer();
    }
  }

  /** The answer to a health check: a message, and in the trailers a status. */
  final class CheckAnswer implements Answer {
    private static final int LIMIT = 1_024;

    private final ByteArrayOutputStream message = new ByteArrayOutputStream(16);
    private String httpStatus = "none";
    private @Nullable String grpcStatus;
    private String grpcMessage = "";
    private int interim;

    @Override
    public void head(Http2Headers fields) {
      if (fields.status() != null) {
        httpStatus = fields.status().toString();
        if (HttpStatusClass.valueOf(fields.status()) == HttpStatusClass.INFORMATIONAL) {
          interim++;
        }
      }
      var status = fields.get("grpc-status");
      if (status != null) {
        grpcStatus = status.toString();
        var text = fields.get("grpc-message");
        grpcMessage = text == null ? "" : ": " + text;
      }
    }

    @Override
    public void body(ByteBuf bytes) {
      byte[] some = new byte[Math.min(bytes.readableBytes(), LIMIT - message.size())];
      bytes.getBytes(bytes.readerIndex(), some);
      message.writeBytes(some);
    }

    @Override
    public boolean isEnough() {
      return message.size() >= LIMIT || interim > HttpAnswer.MOST_INTERIM;
    }

    @Override
    public void judge(Attempt attempt) {
      if (interim > HttpAnswer.MOST_INTERIM) {
        attempt.failed(Outcome.Kind.WRONG, HttpAnswer.tooManyInterim());
      } else if (!httpStatus.equals("200")) {
        attempt.failed(Outcome.Kind.WRONG, "HTTP status " + httpStatus + " of a gRPC call");
      } else if (grpcStatus != null && !grpcStatus.equals("0")) {
        attempt.failed(Outcome.Kind.WRONG, "gRPC status " + grpcStatus + grpcMessage);
      } else {
        String serving = GrpcHealth.status(message.toByteArray());
        if (serving.equals(GrpcHealth.SERVING)) {
          attempt.good();
        } else {
          attempt.failed(Outcome.Kind.WRONG, "health is " + serving + ", wanted SERVING");
        }
      }
    }
  }
}
