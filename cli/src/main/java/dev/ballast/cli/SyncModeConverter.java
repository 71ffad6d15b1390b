package dev.ballast.cli;

import dev.ballast.sync.SyncMode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** For picocli. */
final class SyncModeConverter implements ITypeConverter<SyncMode> {
  @Override
  public SyncMode convert(String text) {
    try {
      return SyncMode.parse(text);
    } catch (IllegalArgumentException invalid) {
      throw new TypeConversionException(Failures.text(invalid));
    }
  }
}
