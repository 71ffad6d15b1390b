package dev.ballast.cli;

import java.util.List;

/** A process that the supervisor is to keep running. */
record Child(String name, List<String> command) {
  Child {
    command = List.copyOf(command);
  }
}
