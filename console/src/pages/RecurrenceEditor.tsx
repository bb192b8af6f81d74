export default function RecurrenceEditor(_: { value: unknown; onChange: (rule: unknown) => void }) {
  return null;
}
