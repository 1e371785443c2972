# frozen_string_literal: true

module Wormholes
  # Whatever goes wrong here.
  class Error < StandardError; end

  # No engine answers, or it ended in the middle of an answer.
  class NoEngine < Error; end

  # The engine answered, and refused. `code` is one word for programs, such as "no-ruleset".
  class Refused < Error
    attr_reader :code, :status, :report

    def initialize(message, code:, status:, report: nil)
      super(message)
      @code = code
      @status = status
      @report = report
    end
  end

  # A script could not be compiled. `problems` has each with its file, line, column and message.
  class NotCompiled < Error
    attr_reader :problems

    def initialize(message, problems = [])
      super(message)
      @problems = problems
    end
  end

  # There is no connection through the tunnel.
  class NotConnected < Error; end
end
