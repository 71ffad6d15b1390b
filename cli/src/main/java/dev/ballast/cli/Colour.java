package dev.ballast.cli;

/** What a word's meaning looks like on a terminal that shows colours. */
enum Colour {
  PLAIN(""),
  BOLD("1"),
  DIM("2"),
  RED("31"),
  GREEN("32"),
  YELLOW("33");

  private static final String ESCAPE = "\u001b[";

  private final String code;

  Colour(String code) {
    this.code = code;
  }

  String paint(String text) {
    return this == PLAIN || text.isEmpty() ? text : ESCAPE + code + "m" + text + ESCAPE + "0m";
  }
}
