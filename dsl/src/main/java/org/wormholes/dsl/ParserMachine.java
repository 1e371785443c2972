package org.wormholes.dsl;

import com.dylibso.chicory.runtime.HostFunction;
import com.dylibso.chicory.runtime.ImportFunction;
import com.dylibso.chicory.runtime.ImportValues;
import com.dylibso.chicory.runtime.Instance;
import com.dylibso.chicory.wasm.ChicoryException;
import com.dylibso.chicory.wasm.WasmModule;
import com.dylibso.chicory.wasm.types.FunctionImport;
import com.dylibso.chicory.wasm.types.FunctionType;
import com.dylibso.chicory.wasm.types.Import;
import com.dylibso.chicory.wasm.types.ImportSection;
import com.dylibso.chicory.wasm.types.MemoryLimits;
import java.util.ArrayList;
import java.util.List;
import org.ruby_lang.prism.wasm.PrismParser;
import org.ruby_lang.prism.wasm.Prism_ModuleExports;

/// Prism's parser in its WebAssembly box. The box has memory of its own, up to a limit, and nothing
/// else: every call to the outside ends it. (The `Prism` class that comes with the parser would
/// give it files and clocks, and reads megabytes of native code that we do not use.)
final class ParserMachine {
  /// Most memory of the parser, in pages of 64 KiB: 256 MiB.
  private static final int MAX_PAGES = 4_096;

  private static final WasmModule MODULE = PrismParser.load();

  private final Instance instance;
  private final Prism_ModuleExports exports;

  ParserMachine() {
    instance =
        Instance.builder(MODULE)
            .withImportValues(nothing())
            .withMemoryLimits(limits())
            .withMachineFactory(PrismParser::create)
            .build();
    exports = new Prism_ModuleExports(instance);
  }

  /// The serialized tree of a text.
  ///
  /// @throws ChicoryException if the parser runs out of stack, memory or time (an interrupt); the
  ///   machine must not be used again
  byte[] parse(byte[] text, byte[] options) {
    int buffer = exports.pmBufferNew();
    int source = exports.calloc(1, text.length + 1);
    int settings = exports.calloc(1, options.length);
    instance.memory().write(source, text);
    instance.memory().write(settings, options);
    exports.pmSerializeParse(buffer, source, text.length, settings);
    byte[] tree =
        instance.memory().readBytes(exports.pmBufferValue(buffer), exports.pmBufferLength(buffer));
    exports.free(settings);
    exports.free(source);
    exports.pmBufferFree(buffer);
    return tree;
  }

  private static MemoryLimits limits() {
    int first = MODULE.memorySection().orElseThrow().getMemory(0).limits().initialPages();
    return new MemoryLimits(first, MAX_PAGES);
  }

  private static ImportValues nothing() {
    List<ImportFunction> functions = new ArrayList<>();
    ImportSection imports = MODULE.importSection();
    for (int i = 0; i < imports.importCount(); i++) {
      Import each = imports.getImport(i);
      if (each instanceof FunctionImport function) {
        FunctionType type = MODULE.typeSection().getType(function.typeIndex());
        functions.add(
            new HostFunction(
                each.module(),
                each.name(),
                type,
                (machine, arguments) -> {
                  throw new ChicoryException("the parser asked for " + each.name());
                }));
      }
    }
    return ImportValues.builder().withFunctions(functions).build();
  }
}
