package dev.ballast.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the line on which a path such as {@code listeners[0].port} was written. */
final class TreePath {
  private static final Pattern STEP = Pattern.compile("([^.\\[\\]]+)|\\[([0-9]+)]");

  private TreePath() {}

  /** The line of the path, or of the last part of it that is there. */
  static int line(Tree tree, String path) {
    Matcher step = STEP.matcher(path);
    Tree at = tree;
    int line = tree.line();
    while (step.find()) {
      if (at instanceof Tree.Mapping mapping
          && mapping.entries().get(step.group()) instanceof Tree.Entry(int keyLine, Tree value)) {
        at = value;
        line = keyLine;
      } else if (at instanceof Tree.Sequence sequence && step.group(2) != null) {
        at = sequence.elements().get(Integer.parseInt(step.group(2)));
        line = at.line();
      } else {
        return line;
      }
    }
    return line;
  }
}
