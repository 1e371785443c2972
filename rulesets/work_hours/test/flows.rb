tests "work-hours" do
  flow("https://wiki.corp.example", on: :tue, at: "09:00").uses "work"
  flow("https://wiki.corp.example", on: :sat, at: "09:00").refused
  flow("https://example.org", on: :tue, at: "09:00").refused
  flow("https://example.org", on: :tue, at: "17:30").uses "evening"
  flow("https://example.org", on: :sun, at: "03:00").uses "evening"
end
