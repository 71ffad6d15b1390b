package dev.ballast.cli;

import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where a command writes: results to {@code out}, everything else to {@code err}, in UTF-8. Colours only where a person
 * reads along, and never against {@code NO_COLOR}.
 *
 * @param out throws {@link OutputClosed} when it takes no more; has to be flushed
 * @param isInteractive whether {@code out} is a terminal
 */
record Terminal(PrintStream out, PrintStream err, boolean isInteractive, boolean isColoured) {
  private static final int BUFFER_BYTES = 1 << 13;

  static Terminal ofProcess(Map<String, String> environment) {
    PrintStream out = checked(new FileOutputStream(FileDescriptor.out));
    var err =
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);
    boolean isInteractive = isTerminal(1);
    return new Terminal(out, err, isInteractive, isInteractive && allowsColours(environment));
  }

  /** Buffered, and with {@link OutputClosed} for what can't be written. */
  static PrintStream checked(OutputStream target) {
    return new PrintStream(
        new BufferedOutputStream(new Checked(target), BUFFER_BYTES), false, StandardCharsets.UTF_8);
  }

  static boolean allowsColours(Map<String, String> environment) {
    return environment.getOrDefault("NO_COLOR", "").isEmpty()
        && !environment.getOrDefault("TERM", "dumb").equals("dumb");
  }

  private static boolean isTerminal(int descriptor) {
    Path link = Path.of("/proc/self/fd/" + descriptor);
    try {
      if (Files.isSymbolicLink(link)) {
        String target = Files.readSymbolicLink(link).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
      }
    } catch (IOException _) {
      return false;
    }
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
  }

  String paint(Colour colour, String text) {
    return isColoured ? colour.paint(text) : text;
  }

  void print(Table table) {
    out.print(table.render(isColoured));
  }

  /** {@link PrintStream} swallows what it can't write; here it comes out as {@link OutputClosed}. */
  private static final class Checked extends OutputStream {
    private final OutputStream target;

    Checked(OutputStream target) {
      this.target = target;
    }

    @Override
    public void write(int oneByte) {
      write(new byte[] {(byte) oneByte}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      try {
        target.write(bytes, offset, length);
      } catch (IOException failure) {
        throw new OutputClosed(failure);
      }
    }
  }
}
