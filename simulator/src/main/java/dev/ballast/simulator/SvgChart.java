package dev.ballast.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * A chart as a picture in SVG: lines over two axes, or groups of bars. It names fonts and brings none, so it needs no graphics library.
 *
 * <p>The palette is that of Okabe and Ito ("Color universal design", 2008), which people who confuse colours can tell apart; lines also differ
 * by their dashes. Points that are not finite, or not above 0 on a logarithmic axis, are left out. Not thread-safe.
 */
public final class SvgChart {
  private static final int WIDTH = 860;
  private static final int HEIGHT = 480;
  private static final int HEIGHT_WITH_LONG_NAMES = 510;
  private static final int LEFT = 80;
  private static final int TOP = 50;
  private static final int RIGHT = 620;
  private static final int BOTTOM = 415;
  private static final int MOST_POINTS = 2_000;

  private static final List<String> COLOURS =
      List.of(
          "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c6d00");

  private static final List<String> DASHES = List.of("", "8 3", "2 3");

  /** One named line, or one bar in each group. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Series(String name, double[] xs, double[] ys) {}

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final List<String> groups;
  private final List<Series> series = new ArrayList<>();
  private boolean isLogX;
  private boolean isLogY;

  private SvgChart(String title, String xLabel, String yLabel, List<String> groups) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
    this.groups = List.copyOf(groups);
  }

  /** A chart of lines. */
  public static SvgChart ofLines(String title, String xLabel, String yLabel) {
    return new SvgChart(title, xLabel, yLabel, List.of());
  }

  /**
   * A chart of bars.
   *
   * @param groups what stands below each group, at least one
   */
  public static SvgChart ofBars(String title, String yLabel, List<String> groups) {
    if (groups.isEmpty()) {
      throw new IllegalArgumentException("a chart of bars has at least one group");
    }
    return new SvgChart(title, "", yLabel, groups);
  }

  /** With a logarithmic x axis. */
  public SvgChart logX() {
    isLogX = true;
    return this;
  }

  /** With a logarithmic y axis; bars then begin at its lower end. */
  public SvgChart logY() {
    isLogY = true;
    return this;
  }

  /** Adds a line through the points, in their order. */
  public SvgChart line(String name, double[] xs, double[] ys) {
    if (!groups.isEmpty() || xs.length != ys.length) {
      throw new IllegalArgumentException(
          "a line is for a chart of lines, and has as many xs as ys: " + name);
    }
    series.add(new Series(name, xs.clone(), ys.clone()));
    return this;
  }

  /** Adds a bar to each group. */
  public SvgChart bars(String name, double... ys) {
    if (groups.size() != ys.length) {
      throw new IllegalArgumentException("bars have a value for each group: " + name);
    }
    series.add(new Series(name, new double[0], ys.clone()));
    return this;
  }

  /** The picture, a whole SVG document. */
  public String svg() {
    Ticks y = ticks(series.stream().map(Series::ys).toList(), isLogY, !isLogY);
    var svg = new StringBuilder();
    int height = isTilted() ? HEIGHT_WITH_LONG_NAMES : HEIGHT;
    put(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">%n"
            + "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n",
        WIDTH,
        height,
        WIDTH,
        height);
    text(svg, LEFT, 28, "start", "font-size=\"16\" font-weight=\"bold\"", title);
    yAxis(svg, y);
    if (groups.isEmpty()) {
      Ticks x = ticks(series.stream().map(Series::xs).toList(), isLogX, false);
      xAxis(svg, x);
      for (int i = 0; i < series.size(); i++) {
        polyline(svg, i, x, y);
      }
    } else {
      groups(svg, y);
    }
    legend(svg);
    return svg.append("</svg>\n").toString();
  }

  private static Ticks ticks(List<double[]> values, boolean isLogarithmic, boolean withZero) {
    double[] shown =
        values.stream()
            .flatMapToDouble(Arrays::stream)
            .filter(value -> isShown(value, isLogarithmic))
            .toArray();
    double least = DoubleStream.of(shown).min().orElse(isLogarithmic ? 1 : 0);
    double most = DoubleStream.of(shown).max().orElse(isLogarithmic ? 10 : 1);
    return isLogarithmic
        ? Ticks.logarithmic(least, most)
        : Ticks.linear(withZero ? Math.min(0, least) : least, withZero ? Math.max(0, most) : most);
  }

  private static boolean isShown(double value, boolean isLogarithmic) {
    return Double.isFinite(value) && (!isLogarithmic || value > 0);
  }

  private void yAxis(StringBuilder svg, Ticks ticks) {
    for (double mark : ticks.marks()) {
      double at = y(ticks, mark);
      put(svg, "<path d=\"M%d %.1fH%d\" stroke=\"#dddddd\"/>%n", LEFT, at, RIGHT);
      text(svg, LEFT - 8, at + 4, "end", "", Ticks.text(mark));
    }
    put(
        svg,
        "<path d=\"M%d %dV%dH%d\" fill=\"none\" stroke=\"#444444\"/>%n",
        LEFT,
        TOP,
        BOTTOM,
        RIGHT);
    int middle = (TOP + BOTTOM) / 2;
    text(svg, 20, middle, "middle", "transform=\"rotate(-90 20 " + middle + ")\"", yLabel);
  }

  private void xAxis(StringBuilder svg, Ticks ticks) {
    for (double mark : ticks.marks()) {
      double at = x(ticks, mark);
      put(svg, "<path d=\"M%.1f %dv5\" stroke=\"#444444\"/>%n", at, BOTTOM);
      text(svg, at, BOTTOM + 20, "middle", "", Ticks.text(mark));
    }
    text(svg, (LEFT + RIGHT) / 2.0, BOTTOM + 45, "middle", "", xLabel);
  }

  /** Long lines are thinned out to as many points as can be told apart. */
  private void polyline(StringBuilder svg, int index, Ticks x, Ticks y) {
    Series line = series.get(index);
    int stride = Math.max(1, line.xs.length / MOST_POINTS);
    var points = new StringBuilder();
    for (int i = 0; i < line.xs.length; i += stride) {
      if (isShown(line.xs[i], isLogX) && isShown(line.ys[i], isLogY)) {
        put(points, "%.1f,%.1f ", x(x, line.xs[i]), y(y, line.ys[i]));
      }
    }
    put(
        svg,
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>%n",
        points.toString().strip(),
        colour(index),
        dashes(index));
  }

  private void groups(StringBuilder svg, Ticks y) {
    double pitch = (double) (RIGHT - LEFT) / groups.size();
    double width = pitch * 0.8 / Math.max(1, series.size());
    double base = y(y, isLogY ? y.least() : 0);
    for (int group = 0; group < groups.size(); group++) {
      double left = LEFT + pitch * (group + 0.1);
      for (int i = 0; i < series.size(); i++) {
        double value = series.get(i).ys[group];
        if (isShown(value, isLogY)) {
          double top = y(y, value);
          put(
              svg,
              "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
              left + i * width,
              Math.min(top, base),
              width,
              Math.abs(base - top),
              colour(i));
        }
      }
      double middle = left + pitch * 0.4;
      String turn =
          String.format(Locale.ROOT, "transform=\"rotate(-25 %.1f %d)\"", middle, BOTTOM + 18);
      text(
          svg,
          middle,
          BOTTOM + 18,
          isTilted() ? "end" : "middle",
          isTilted() ? turn + " font-size=\"11\"" : "",
          groups.get(group));
    }
  }

  /** Whether names of groups don't fit side by side. */
  private boolean isTilted() {
    return groups.size() > 6;
  }

  private void legend(StringBuilder svg) {
    for (int i = 0; i < series.size(); i++) {
      int at = TOP + 10 + 22 * i;
      put(
          svg,
          "<path d=\"M%d %dh26\" stroke=\"%s\" stroke-width=\"%d\"%s/>%n",
          RIGHT + 18,
          at,
          colour(i),
          groups.isEmpty() ? 2 : 12,
          groups.isEmpty() ? dashes(i) : "");
      text(svg, RIGHT + 52, at + 4, "start", "", series.get(i).name);
    }
  }

  private static String colour(int index) {
    return COLOURS.get(index % COLOURS.size());
  }

  private static String dashes(int index) {
    String dashes = DASHES.get(index / COLOURS.size() % DASHES.size());
    return dashes.isEmpty() ? "" : " stroke-dasharray=\"" + dashes + "\"";
  }

  private static double x(Ticks ticks, double value) {
    return LEFT + (RIGHT - LEFT) * ticks.place(value);
  }

  private static double y(Ticks ticks, double value) {
    return BOTTOM - (BOTTOM - TOP) * ticks.place(value);
  }

  private static void text(
      StringBuilder svg, double x, double y, String anchor, String attributes, String text) {
    put(
        svg,
        "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s fill=\"#222222\">%s</text>%n",
        x,
        y,
        anchor,
        attributes.isEmpty() ? "" : " " + attributes,
        escaped(text));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static void put(StringBuilder target, String format, Object... values) {
    target.append(String.format(Locale.ROOT, format.replace("%n", "\n"), values));
  }
}
