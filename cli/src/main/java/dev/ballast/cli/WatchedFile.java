package dev.ballast.cli;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A file of documents, or a directory of them, that others write while it is looked at again and again.
 *
 * <p>Idea: what is still being written changes from look to look, so it is read once two looks in a row have seen the same, and
 * taken only if it still is the same after the reading. It makes no difference whether somebody writes into the file, puts
 * another in its place, or turns a symbolic link (as Kubernetes does with a ConfigMap). Now and then it is read even if nothing
 * seems to have changed: a clock may be coarser than a writer is quick. Owned by one thread.
 */
final class WatchedFile {
  /** So many looks from one unasked reading to the next. */
  private static final int LOOKS_PER_READING = 20;

  private final Shell shell;
  private final String name;
  private @Nullable List<FileState> seen;
  private @Nullable List<FileState> taken;
  private byte[] content = new byte[0];
  private int looks;

  /** @param name as the person wrote it */
  WatchedFile(Shell shell, String name) {
    this.shell = shell;
    this.name = name;
  }

  String name() {
    return name;
  }

  /**
   * What is there now.
   *
   * @throws CommandFailed when it can't be read
   */
  DocumentInput read() {
    seen = stateOrNull();
    taken = seen;
    return remembered(DocumentInput.read(shell, name));
  }

  /**
   * What is there now, if it is something else than before and complete; else null.
   *
   * @throws CommandFailed when it can't be read; said once, until that changes
   */
  @Nullable DocumentInput look() {
    List<FileState> now = stateOrNull();
    boolean isAtRest = now == null ? seen == null : now.equals(seen);
    seen = now;
    boolean isSame = now == null ? taken == null : now.equals(taken);
    if (!isAtRest || (isSame && ++looks % LOOKS_PER_READING != 0)) {
      return null;
    }
    if (now == null && taken == null) {
      return null;
    }
    return take(now);
  }

  private @Nullable DocumentInput take(@Nullable List<FileState> now) {
    DocumentInput input;
    try {
      input = DocumentInput.read(shell, name);
    } catch (CommandFailed unreadable) {
      taken = null;
      seen = null;
      content = new byte[0];
      throw unreadable;
    }
    List<FileState> after = stateOrNull();
    if (after == null || !after.equals(now)) {
      seen = after;
      return null;
    }
    taken = now;
    return Arrays.equals(input.bytes(), content) ? null : remembered(input);
  }

  private DocumentInput remembered(DocumentInput input) {
    content = input.bytes();
    return input;
  }

  /** Null while there is none. */
  private @Nullable List<FileState> stateOrNull() {
    try {
      return FileState.of(shell.directory().resolve(name));
    } catch (IOException | java.io.UncheckedIOException _) {
      return null;
    }
  }
}
