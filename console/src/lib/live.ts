// Live progress: server-sent events, and asking every two seconds when they cannot be had.
import { useEffect, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { poll } from '../api/client';
import type { BroadcastStatus } from '../api/types';

const moving = new Set(['scheduled', 'held', 'freezing', 'sending', 'paused']);
export function isMoving(state: string): boolean {
  return moving.has(state);
}

export function useLiveStatus(id: string, follow: boolean): { status: BroadcastStatus | undefined; stale: boolean } {
  const [streamed, setStreamed] = useState<BroadcastStatus>();
  const [streaming, setStreaming] = useState(false);
  useEffect(() => {
    if (!follow) return undefined;
    const source = new EventSource(`/api/v1/broadcasts/${id}/events`);
    source.addEventListener('status', (event) => {
      setStreaming(true);
      setStreamed(JSON.parse((event as MessageEvent<string>).data) as BroadcastStatus);
    });
    // The end of the broadcast is the end of the stream; the browser would open it anew.
    source.addEventListener('end', () => source.close());
    source.onerror = () => setStreaming(false);
    return () => source.close();
  }, [id, follow]);
  const polled = useQuery({
    queryKey: ['status', id],
    queryFn: ({ signal }) => poll<BroadcastStatus>(`/broadcasts/${id}/status`, signal),
    refetchInterval: follow && !streaming ? 2000 : false,
  });
  return { status: streamed && (streaming || !follow) ? streamed : polled.data, stale: polled.isError };
}
