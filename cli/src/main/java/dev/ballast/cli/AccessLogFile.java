package dev.ballast.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** The access log of an LB server: a {@link RotatingLog} that says what it could not write, or standard output. */
final class AccessLogFile extends OutputStream {
  static final String STANDARD_OUTPUT = "-";
  private static final long LIMIT_BYTES = 64L << 20;
  private static final int OLDER = 4;

  private final RotatingLog log;

  private AccessLogFile(RotatingLog log) {
    this.log = log;
  }

  /** @param file or {@link #STANDARD_OUTPUT} */
  static OutputStream of(Shell shell, String file) {
    return file.equals(STANDARD_OUTPUT)
        ? new FileOutputStream(FileDescriptor.out)
        : new AccessLogFile(
            new RotatingLog(shell.directory().resolve(Path.of(file)), LIMIT_BYTES, OLDER));
  }

  @Override
  public void write(int oneByte) throws IOException {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      log.append(bytes, offset, length);
    } catch (IOException e) {
      log.close();
      throw e;
    }
  }

  @Override
  public void close() {
    log.close();
  }
}
