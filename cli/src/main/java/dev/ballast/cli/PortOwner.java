package dev.ballast.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who listens on a port of this machine, as Linux tells it in {@code /proc}: the socket of the port in
 * {@code /proc/net/tcp}, and the process that has it open in {@code /proc/PID/fd}. Another user's processes stay unknown
 * unless this one runs as root.
 */
record PortOwner(Path proc) {
  private static final String LISTENING = "0A";
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;
  private static final int WORD_DIGITS = 8;

  static PortOwner ofThisMachine() {
    return new PortOwner(Path.of("/proc"));
  }

  /** {@code nginx (process 1234)}, or who it may be when it can't be told. */
  String of(InetSocketAddress address) {
    Set<String> sockets =
        Stream.of("net/tcp", "net/tcp6")
            .flatMap(table -> lines(proc.resolve(table)).stream().skip(1))
            .map(line -> line.strip().split("\\s+"))
            .filter(fields -> fields.length > INODE && isListener(fields, address))
            .map(fields -> "socket:[" + fields[INODE] + "]")
            .collect(Collectors.toSet());
    return processes()
        .filter(process -> hasOpen(process, sockets))
        .findFirst()
        .map(this::described)
        .orElse("a process that can't be named (try: sudo ss -ltnp)");
  }

  private static boolean isListener(String[] fields, InetSocketAddress address) {
    if (!fields[STATE].equals(LISTENING)) {
      return false;
    }
    String[] local = fields[LOCAL_ADDRESS].split(":", 2);
    boolean isPort = Integer.parseInt(local[1], 16) == address.getPort();
    byte[] bytes = bytes(local[0]);
    return isPort && (isAny(bytes) || isSame(bytes, address.getAddress()));
  }

  /** The kernel prints an address as words in the machine's byte order, which is little-endian where this runs. */
  private static byte[] bytes(String words) {
    byte[] bytes = HexFormat.of().parseHex(words);
    for (int word = 0; word < bytes.length; word += WORD_DIGITS / 2) {
      byte first = bytes[word];
      byte second = bytes[word + 1];
      bytes[word] = bytes[word + 3];
      bytes[word + 1] = bytes[word + 2];
      bytes[word + 2] = second;
      bytes[word + 3] = first;
    }
    return bytes;
  }

  private static boolean isAny(byte[] bytes) {
    for (byte one : bytes) {
      if (one != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSame(byte[] bytes, InetAddress address) {
    try {
      return InetAddress.getByAddress(bytes).equals(address);
    } catch (IOException _) {
      return false;
    }
  }

  private Stream<Path> processes() {
    try (Stream<Path> entries = Files.list(proc)) {
      return entries
          .filter(entry -> entry.getFileName().toString().matches("[0-9]+"))
          .toList()
          .stream();
    } catch (IOException _) {
      return Stream.empty();
    }
  }

  private static boolean hasOpen(Path process, Set<String> sockets) {
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      return descriptors.anyMatch(
          descriptor -> target(descriptor).filter(sockets::contains).isPresent());
    } catch (IOException _) {
      return false;
    }
  }

  private static Optional<String> target(Path descriptor) {
    try {
      return Optional.of(Files.readSymbolicLink(descriptor).toString());
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  private String described(Path process) {
    List<String> name = lines(process.resolve("comm"));
    return (name.isEmpty() ? "a program" : name.getFirst())
        + " (process "
        + process.getFileName()
        + ")";
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException _) {
      return List.of();
    }
  }
}
