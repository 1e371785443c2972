# frozen_string_literal: true

require "json"
require "tmpdir"

module Wormholes
  # Rule bytes: as they are, from a compiled file, or from a script, which the launcher compiles.
  module Compiled
    MAGIC = "WORMRULE".b

    module_function

    # `ruleset` is a path of a script, a path of a `.wh` file, or the bytes of one.
    def bytes(ruleset, launcher)
      text = ruleset.to_s
      return text.b if text.b.start_with?(MAGIC)

      read(text).then { |bytes| bytes.start_with?(MAGIC) ? bytes : compile(text, launcher) }
    end

    def read(path)
      File.binread(path)
    rescue SystemCallError => e
      raise NotCompiled, "cannot read #{path}: #{e.message}"
    end

    def compile(path, launcher)
      Dir.mktmpdir("wormholes-") do |folder|
        output = File.join(folder, "rules.wh")
        said, errors, code = Platform.run(launcher, "check", path, "--json", "--output", output)
        return File.binread(output) if code.zero?

        raise failure(path, said, errors)
      end
    end

    def failure(path, said, errors)
      problems = JSON.parse(said, symbolize_names: true).fetch(:problems)
      first = problems.find { |problem| problem[:severity] == "error" } || {}
      NotCompiled.new("#{first[:file]}:#{first[:line]}:#{first[:column]}: #{first[:message]}", problems)
    rescue JSON::ParserError, KeyError, TypeError
      NotCompiled.new("cannot compile #{path}: #{errors.lines.first.to_s.strip}")
    end
  end
end
