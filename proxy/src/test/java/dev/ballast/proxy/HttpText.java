package dev.ballast.proxy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads HTTP/1.1 from a stream, as plainly as possible, to see what really went over the wire. */
final class HttpText {
  private HttpText() {}

  /** A head of these lines. */
  static String head(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  /** The value of the first field line of that name, or null. */
  static String field(String head, String name) {
    for (String line : head.split("\r\n", -1)) {
      if (line.regionMatches(true, 0, name + ":", 0, name.length() + 1)) {
        return line.substring(name.length() + 1).strip();
      }
    }
    return null;
  }

  static byte[] readChunks(InputStream in) throws IOException {
    var body = new ByteArrayOutputStream();
    while (true) {
      int size = Integer.parseInt(readLine(in), 16);
      if (size == 0) {
        readTrailers(in);
        return body.toByteArray();
      }
      byte[] chunk = in.readNBytes(size);
      if (chunk.length < size || !readLine(in).isEmpty()) {
        throw new EOFException("the chunk ends early or late");
      }
      body.write(chunk);
    }
  }

  /** A chunked body to its end, sizes and trailers and all. */
  static byte[] readFramedChunks(InputStream in) throws IOException {
    var body = new ByteArrayOutputStream();
    int size;
    do {
      String line = readLine(in);
      size = Integer.parseInt(line, 16);
      body.writeBytes((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
      body.writeBytes(size == 0 ? new byte[0] : in.readNBytes(size + 2));
    } while (size > 0);
    String trailer;
    do {
      trailer = readLine(in);
      body.writeBytes((trailer + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    } while (!trailer.isEmpty());
    return body.toByteArray();
  }

  /** The lines of a trailer section, its empty one read too. */
  static List<String> readTrailers(InputStream in) throws IOException {
    var lines = new ArrayList<String>();
    for (String line = readLine(in); !line.isEmpty(); line = readLine(in)) {
      lines.add(line);
    }
    return lines;
  }

  static String readLine(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("the line ends early: " + line);
      }
      if (b == '\n') {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        if (!text.endsWith("\r")) {
          throw new IOException("bare LF after " + text);
        }
        return text.substring(0, text.length() - 1);
      }
      line.write(b);
    }
  }
}
