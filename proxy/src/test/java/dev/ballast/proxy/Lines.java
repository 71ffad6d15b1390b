package dev.ballast.proxy;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An access log that a test reads line by line. Each write has to bring whole lines. */
final class Lines extends OutputStream {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

  @Override
  public void write(int oneByte) {
    throw new AssertionError("lines come in batches");
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    String text = new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    if (!text.endsWith("\n")) {
      lines.add("no whole line: " + text);
    }
    for (String line : text.split("\n", -1)) {
      if (!line.isEmpty()) {
        lines.add(line);
      }
    }
  }

  /** The next line; waits for it. */
  String next() {
    try {
      String line = lines.poll(20, TimeUnit.SECONDS);
      if (line == null) {
        throw new AssertionError("no further line comes");
      }
      return line;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  JsonNode nextJson() {
    return JSON.readTree(next());
  }

  /** How many lines wait to be read. */
  int waiting() {
    return lines.size();
  }
}
