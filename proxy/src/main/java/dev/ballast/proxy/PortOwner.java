package dev.ballast.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the process that listens on a TCP port, from Linux's {@code /proc}, as far as this process may look. */
final class PortOwner {
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final String LISTEN = "0A";

  private final Path proc;

  PortOwner(Path proc) {
    this.proc = proc;
  }

  static PortOwner ofThisMachine() {
    return new PortOwner(Path.of("/proc"));
  }

  /** {@code process 1234 (nginx)}, if it can be found. */
  Optional<String> find(int port) {
    Set<String> sockets =
        Stream.of("net/tcp", "net/tcp6")
            .flatMap(table -> lines(proc.resolve(table)).stream())
            .map(line -> line.strip().split("\\s+", -1))
            .filter(columns -> isListening(columns, port))
            .map(columns -> "socket:[" + columns[INODE] + "]")
            .collect(Collectors.toSet());
    return sockets.isEmpty() ? Optional.empty() : ownerOf(sockets);
  }

  private static boolean isListening(String[] columns, int port) {
    return columns.length > INODE
        && columns[STATE].equals(LISTEN)
        && columns[LOCAL_ADDRESS].endsWith(":%04X".formatted(port));
  }

  private Optional<String> ownerOf(Set<String> sockets) {
    return children(proc).stream()
        .filter(process -> process.getFileName().toString().chars().allMatch(Character::isDigit))
        .filter(
            process ->
                children(process.resolve("fd")).stream()
                    .anyMatch(fd -> sockets.contains(target(fd))))
        .findFirst()
        .map(process -> "process " + process.getFileName() + name(process));
  }

  private static String name(Path process) {
    List<String> lines = lines(process.resolve("comm"));
    return lines.isEmpty() ? "" : " (" + lines.getFirst() + ")";
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }

  private static List<Path> children(Path directory) {
    try (Stream<Path> children = Files.list(directory)) {
      return children.toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }
}
