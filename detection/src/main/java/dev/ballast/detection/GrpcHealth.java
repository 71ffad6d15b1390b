package dev.ballast.detection;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The messages of the gRPC health protocol, {@code grpc.health.v1}: a request with one string (field 1), an answer with one enumeration
 * (field 1), each behind gRPC's prefix of a flag and a length (gRPC over HTTP/2, "Length-Prefixed-Message"). Small enough to be read
 * by hand.
 */
final class GrpcHealth {
  static final String SERVING = "SERVING";

  private static final String[] STATUSES = {"UNKNOWN", SERVING, "NOT_SERVING", "SERVICE_UNKNOWN"};
  private static final int PREFIX = 5;

  private GrpcHealth() {}

  static Http2Headers head(ProbeSpec.Grpc spec, String call) {
    return new DefaultHttp2Headers()
        .method("POST")
        .path("/grpc.health.v1.Health/" + call)
        .scheme(spec.tls() == null ? "http" : "https")
        .authority(spec.authority())
        .add("te", "trailers")
        .add("content-type", "application/grpc")
        .add("user-agent", "ballast-probe");
  }

  /** A request, with its prefix. */
  static byte[] request(String service) {
    byte[] name = service.getBytes(StandardCharsets.UTF_8);
    var message = new ByteArrayOutputStream();
    if (name.length > 0) {
      message.write((1 << 3) | 2);
      for (int rest = name.length; ; rest >>>= 7) {
        if (rest < 0x80) {
          message.write(rest);
          break;
        }
        message.write((rest & 0x7f) | 0x80);
      }
      message.writeBytes(name);
    }
    return ByteBuffer.allocate(PREFIX + message.size())
        .put((byte) 0)
        .putInt(message.size())
        .put(message.toByteArray())
        .array();
  }

  /** What the first message of an answer says, as the protocol names it, or what is wrong with it. */
  static String status(byte[] answer) {
    if (answer.length < PREFIX) {
      return "missing";
    }
    var bytes = ByteBuffer.wrap(answer);
    if (bytes.get() != 0) {
      return "compressed, which was not asked for";
    }
    int length = bytes.getInt();
    if (length < 0 || length > bytes.remaining()) {
      return "cut off";
    }
    return status(bytes.slice(PREFIX, length));
  }

  /** Only field 1 counts; a message without it has its default, which is UNKNOWN. */
  private static String status(ByteBuffer message) {
    String status = STATUSES[0];
    while (message.hasRemaining()) {
      long tag = varint(message);
      long value;
      switch ((int) (tag & 7)) {
        case 0 -> value = varint(message);
        case 1 -> value = skip(message, 8);
        case 2 -> value = skip(message, varint(message));
        case 5 -> value = skip(message, 4);
        default -> {
          return "unreadable";
        }
      }
      if (value < 0) {
        return "unreadable";
      }
      if (tag == (1 << 3)) {
        status = value < STATUSES.length ? STATUSES[(int) value] : "status " + value;
      }
    }
    return status;
  }

  private static long varint(ByteBuffer message) {
    long value = 0;
    for (int shift = 0; shift < 63; shift += 7) {
      if (!message.hasRemaining()) {
        return -1;
      }
      byte next = message.get();
      value |= (next & 0x7fL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    return -1;
  }

  private static long skip(ByteBuffer message, long length) {
    if (length < 0 || length > message.remaining()) {
      message.position(message.limit());
      return -1;
    }
    message.position(message.position() + (int) length);
    return 0;
  }
}
